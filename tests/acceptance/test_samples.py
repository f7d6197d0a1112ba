"""Every sample does as its expected/ folder says: a deployment answers, a program prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.cli.sample import read_request
from tests.acceptance.house import until

SAMPLES = Path(__file__).parents[2] / "samples"
REQUESTS = sorted(SAMPLES.glob("*/requests/*.http"))
PROGRAMS = sorted(SAMPLES.glob("*/*.py"))
UNIT_TESTS = sorted(SAMPLES.glob("*/test/*.xml"))
DIFFERENT = {
    b"{{uuid}}": re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    b"{{channel}}": re.compile(rb"[0-9A-Za-z+/]{22}=="),
}


@pytest.fixture(scope="module")
def served(serve: Callable[..., object]) -> Callable[[str], object]:
    """One gateway for all requests of a sample."""
    gateways: dict[str, object] = {}

    def gateway(sample: str) -> object:
        if sample not in gateways:
            gateways[sample] = serve(sample)
        return gateways[sample]

    return gateway


def with_placeholders(body: bytes, expected: bytes) -> bytes:
    """``body`` with the placeholders that ``expected`` has for what differs each time."""
    for placeholder, pattern in DIFFERENT.items():
        if placeholder in expected:
            body = pattern.sub(placeholder, body)
    return body


def canonical(body: bytes, content_type: str | None) -> object:
    """What a body says, however it is written."""
    if content_type is None:
        return body
    if "json" in content_type:
        return json.loads(body)
    return etree.tostring(etree.fromstring(body), method="c14n")


def test_every_sample_has_something_to_run_and_a_page_that_explains_it():
    shown = {file.parents[1] for file in (*REQUESTS, *UNIT_TESTS)}
    shown |= {file.parent for file in PROGRAMS}
    for sample in SAMPLES.iterdir():
        assert (sample / "README.md").is_file(), sample
        assert sample in shown, sample


@pytest.mark.parametrize("file", REQUESTS, ids=lambda f: f"{f.parts[-3]}/{f.stem}")
def test_a_sample_answers_as_expected_and_apple_gets_what_is_expected(file, served, empty_apple):
    gateway = served(file.parts[-3])
    request = read_request(file, empty_apple.credentials.folder)
    expected = read_request(file.parents[1] / "expected" / file.name, file.parent)

    status, fields, body = gateway.request(
        request.body, dict(request.headers), request.path, request.method
    )

    assert status == int(expected.method)
    content_type = dict(expected.headers).get("Content-Type")
    assert fields.get("content-type") == content_type
    body = with_placeholders(body, expected.body)
    assert canonical(body, content_type) == canonical(expected.body, content_type)
    wanted = json.loads(
        (file.parents[1] / "expected" / f"{file.stem}.notifications.json").read_text()
    )
    wanted.sort(key=itemgetter("path"))
    # What is kept first comes later.
    until(lambda: len(empty_apple.notifications()) >= len(wanted))
    # By device: a flow may have several under way at once.
    arrived = sorted(empty_apple.notifications(), key=itemgetter("path"))
    assert [n["path"] for n in arrived] == [n["path"] for n in wanted]
    assert [n["payload"] for n in arrived] == [n["payload"] for n in wanted]
    for notification, want in zip(arrived, wanted, strict=True):
        assert want["headers"].items() <= notification["headers"].items()


@pytest.mark.parametrize("file", PROGRAMS, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_a_program_prints_what_is_expected(file, empty_apple, tmp_path):
    folder = empty_apple.credentials.folder
    done = subprocess.run(
        [sys.executable, file, "--port", str(empty_apple.port), "--credentials", folder],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (file.parent / "expected" / f"{file.stem}.txt").read_text()


@pytest.mark.parametrize("sample", sorted({file.parts[-3] for file in UNIT_TESTS}))
def test_the_unit_tests_of_a_sample_pass(sample):
    done = subprocess.run(
        [sys.executable, "-m", "apns_connector", "test", SAMPLES / sample],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.count("PASS ") > 0
