"""Settings come from gateway.yaml and the environment, and a mistake is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from apns_connector.apns import PRODUCTION, Destination
from apns_connector.errors import ConfigurationError
from apns_connector.gateway.limits import Limits
from apns_connector.settings import Settings, destinations, limits, read_settings


@pytest.fixture
def deployment(tmp_path: Path):
    def write(text: str) -> Path:
        (tmp_path / "gateway.yaml").write_text(text)
        return tmp_path

    return write


def problem(folder: Path, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(folder, environment or {})
    return str(caught.value).removeprefix(f"{folder}/")


def test_without_a_file_the_defaults_hold(tmp_path):
    assert read_settings(tmp_path, {}) == Settings()


def test_an_empty_file_is_as_good_as_none(deployment):
    assert read_settings(deployment("# nothing\n"), {}) == Settings()


def test_the_file_is_read(deployment):
    settings = read_settings(deployment("http:\n  port: 9000\napns:\n  timeout: 2.5\n"), {})
    assert settings.http.port == 9000
    assert settings.http.host == "127.0.0.1"
    assert settings.apns.timeout == 2.5


def test_the_environment_wins_over_the_file(deployment):
    folder = deployment("http:\n  port: 9000\n  host: 0.0.0.0\n")
    settings = read_settings(folder, {"APNS_CONNECTOR__HTTP__PORT": "9001"})
    assert (settings.http.port, settings.http.host) == (9001, "0.0.0.0")  # noqa: S104


def test_the_environment_alone_can_name_a_destination(tmp_path):
    prefix = "APNS_CONNECTOR__APNS__DESTINATIONS__SANDBOX__"
    environment = {f"{prefix}HOST": "localhost", f"{prefix}PORT": "2197"}
    found = destinations(read_settings(tmp_path, environment), tmp_path)
    assert found["sandbox"] == Destination("sandbox", "localhost", 2197)
    assert found["production"] is PRODUCTION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http:\n  port: many\n", "gateway.yaml:2: http.port: Expected `int`, got `str`"),
        ("http:\n  prot: 1\n", "gateway.yaml:2: http.prot: there is no such setting"),
        ("\nhtp: {}\n", "gateway.yaml:2: htp: there is no such setting"),
        ("http:\n  port: 99999\n", "gateway.yaml:2: http.port: Expected `int` <= 65535"),
        ("apns:\n  timeout: 0\n", "gateway.yaml:2: apns.timeout: Expected `float` > 0"),
        ("http:\n  public_url: x\n", "gateway.yaml:2: http.public_url: Expected `str` matching"),
        (
            "log:\n  level: LOUD\n",
            "gateway.yaml:2: log.level: Invalid enum value 'LOUD': it is one of DEBUG, INFO, ",
        ),
        ("http: {}\nhttp: {}\n", "gateway.yaml:2: http stands here a second time, first in line 1"),
        ("http: [\n", "gateway.yaml:2: not YAML: "),
        ("- a list\n", "gateway.yaml: Expected `object`, got `array`"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(deployment, text, expected):
    assert problem(deployment(text)).startswith(expected)


def test_a_mistake_in_the_environment_is_told(tmp_path):
    told = problem(tmp_path, {"APNS_CONNECTOR__HTTP__PORT": "many"})
    assert told == "the environment: http.port: Expected `int`, got `str`"


def test_a_variable_that_would_be_ignored_is_refused(tmp_path):
    told = problem(tmp_path, {"APNS_CONNECTOR_HTTP_PORT": "1"})
    assert told.startswith("the environment: APNS_CONNECTOR_HTTP_PORT sets nothing")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_trust_file_that_is_none_is_refused(deployment, content):
    folder = deployment("apns: {destinations: {sandbox: {host: localhost, trust: ca.pem}}}")
    if content is not None:
        (folder / "ca.pem").write_text(content)
    with pytest.raises(ConfigurationError, match=r"ca\.pem cannot be read"):
        destinations(read_settings(folder, {}), folder)


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "gateway.yaml").write_bytes(b"\xff\xfe\x00")
    assert problem(tmp_path).startswith("gateway.yaml: cannot be read: ")


def test_limits_are_set_by_name(deployment):
    settings = read_settings(deployment("limits:\n  body_bytes: 1000\n  flow_seconds: 0.5\n"), {})
    assert limits(settings) == Limits(body_bytes=1000, flow_seconds=0.5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("limits: {bodies: 1}", "limits.bodies is none of "),
        ("limits: {requests: -1}", "above zero"),
    ],
)
def test_a_limit_that_is_none_is_refused(deployment, text, sentence):
    with pytest.raises(ConfigurationError, match=sentence):
        limits(read_settings(deployment(text), {}))
