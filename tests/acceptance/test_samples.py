"""Every sample is a deployment that runs, and answers as its expected/ folder says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.cli.sample import read_request

SAMPLES = Path(__file__).parents[2] / "samples"
REQUESTS = sorted(SAMPLES.glob("*/requests/*.http"))


@pytest.fixture(scope="module")
def served(serve: Callable[..., object]) -> Callable[[str], object]:
    """One gateway for all requests of a sample."""
    gateways: dict[str, object] = {}

    def gateway(sample: str) -> object:
        if sample not in gateways:
            gateways[sample] = serve(sample)
        return gateways[sample]

    return gateway


def canonical(body: bytes) -> bytes:
    return etree.tostring(etree.fromstring(body), method="c14n")


def test_every_sample_has_requests_and_a_page_that_explains_it():
    for sample in SAMPLES.iterdir():
        assert (sample / "README.md").is_file(), sample
        assert list(sample.glob("requests/*.http")), sample


@pytest.mark.parametrize("file", REQUESTS, ids=lambda f: f"{f.parts[-3]}/{f.stem}")
def test_a_sample_answers_as_expected_and_apple_gets_what_is_expected(file, served, empty_apple):
    gateway = served(file.parts[-3])
    request = read_request(file, empty_apple.credentials.folder)
    expected = read_request(file.parents[1] / "expected" / file.name, file.parent)

    status, fields, body = gateway.request(request.body, dict(request.headers), request.path)

    assert status == int(expected.method)
    assert fields["content-type"] == dict(expected.headers)["Content-Type"]
    assert canonical(body) == canonical(expected.body)
    arrived = empty_apple.notifications()
    wanted = json.loads(
        (file.parents[1] / "expected" / f"{file.stem}.notifications.json").read_text()
    )
    assert [n["path"] for n in arrived] == [n["path"] for n in wanted]
    assert [n["payload"] for n in arrived] == [n["payload"] for n in wanted]
    for notification, want in zip(arrived, wanted, strict=True):
        assert want["headers"].items() <= notification["headers"].items()
