"""``test``: unit tests of flows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lxml import etree

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES / "unit-tests", tmp_path / "sample")
    return tmp_path / "sample"


def test_passing_tests_are_listed_with_their_places(run, sample):
    done = run("test", sample)
    assert (done.returncode, done.stderr) == (0, "")
    *cases, summary = done.stdout.splitlines()
    assert f"PASS  {sample}/test/Orders.xml:15 the order is in the path" in cases
    assert {line[:5] for line in cases} == {"PASS "}
    assert summary == "6 passed, 0 failed, 0 in error in 3 files"


def test_a_failing_test_shows_expected_and_actual_and_ends_with_1(run, sample):
    file = sample / "test/Orders.xml"
    file.write_text(file.read_text().replace("<expected>405<", "<expected>200<"))
    done = run("test", file)
    assert done.returncode == 1
    assert done.stdout == (
        f"PASS  {file}:15 the order is in the path\n"
        f"FAIL  {file}:35 GET is refused\n"
        f"      {file}:41: assertEquals $statusCode: GET does something\n"
        "        expected 200\n"
        "        actual   405\n"
        "1 passed, 1 failed, 0 in error in 1 file\n"
    )


def test_a_request_that_no_mock_service_answers_explains_a_failure(run, sample):
    mock = sample / "test/mock-services/customers.xml"
    mock.write_text(mock.read_text().replace("/4711<", "/4712<"))
    done = run("test", sample / "test/PushToCustomer.xml")
    assert done.returncode == 1
    assert (
        "      note: mock service 'CustomerService' has no resource for GET /v1/customers/4711 "
        "as it was sent\n"
    ) in done.stdout


def test_problems_of_files_and_artifacts_are_errors_with_file_and_line(run, sample):
    test, artifact = sample / "test/Orders.xml", sample / "synapse-configs/default/api/Orders.xml"
    artifact.write_text(artifact.read_text().replace("<respond/>", "<repsond/>"))
    other = sample / "test/OrderShipped.xml"
    other.write_text(other.read_text().replace("endpoints/CustomerService", "endpoints/None"))
    done = run("test", test, other)
    assert done.returncode == 1
    assert f"ERROR {artifact}:15: Unknown mediator" in done.stdout
    assert f"ERROR {other}:8: there is no file synapse-configs/default/endpoints/None.xml" in (
        done.stdout
    )
    assert "0 passed, 0 failed, 2 in error in 2 files" in done.stdout


def test_verbose_shows_what_apple_got_without_the_device_token(run, sample):
    done = run("test", sample / "test/Orders.xml", "-v")
    assert done.returncode == 0
    assert "Apple got " in done.stdout
    assert "Order A-17 is on its way" in done.stdout
    assert "00fc13adff785122" not in done.stdout + done.stderr


def test_results_are_written_for_a_build_server(run, sample, tmp_path):
    done = run("test", sample, "--junit", tmp_path / "results.xml")
    assert done.returncode == 0
    root = etree.parse(tmp_path / "results.xml").getroot()
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "6", "0")
    assert len(root.findall("testsuite/testcase")) == 6


def test_results_that_cannot_be_written_and_folders_without_tests_are_mistakes(
    run, sample, tmp_path
):
    done = run("test", sample, "--junit", tmp_path / "none/results.xml")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    done = run("test", sample / "synapse-configs")
    assert done.returncode == 1
    assert "there is no unit test" in done.stderr
