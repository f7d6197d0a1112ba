"""Settings come from gateway.yaml and the environment, and a mistake is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from apns_connector.apns import (
    APPLE_CHANNELS,
    CHANNELS_PRODUCTION,
    PRODUCTION,
    Destination,
)
from apns_connector.errors import ConfigurationError
from apns_connector.gateway.client_address import read_networks
from apns_connector.gateway.cors import Cors
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.outbound import OutboundOptions
from apns_connector.mediation.compatibility import VERSIONS
from apns_connector.settings import (
    COMPATIBLE_WITH,
    Settings,
    channel_servers,
    cors,
    destinations,
    limits,
    outbound_options,
    read_settings,
    trusted_proxies,
)


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


def test_every_version_that_may_be_named_is_known(deployment):
    assert set(COMPATIBLE_WITH) == set(VERSIONS)
    assert Settings().compatibility == "mi-4"
    for version in VERSIONS:
        assert read_settings(deployment(f"compatibility: {version}"), {}).compatibility == version


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


def test_channels_are_managed_where_apple_does_it(tmp_path):
    assert channel_servers(read_settings(tmp_path, {}), tmp_path) == APPLE_CHANNELS


def test_a_destination_of_ones_own_names_its_server_for_channels(deployment):
    folder = deployment(
        "apns: {destinations: {test: {host: localhost, channels: {host: localhost, port: 2195}}}}"
    )
    found = channel_servers(read_settings(folder, {}), folder)
    assert found["test"] == Destination("test", "localhost", 2195)
    assert found["production"] is CHANNELS_PRODUCTION


def test_a_redirected_destination_does_not_manage_its_channels_at_apple(deployment):
    folder = deployment("apns: {destinations: {sandbox: {host: localhost}}}")
    assert set(channel_servers(read_settings(folder, {}), folder)) == {"production"}


@pytest.mark.parametrize(
    "sandbox",
    [
        "{host: localhost, trust: ca.pem, channels: {host: localhost}}",
        "{host: localhost, channels: {host: localhost, trust: ca.pem}}",
    ],
)
def test_a_server_for_channels_is_believed_as_its_destination_is(deployment, sandbox):
    folder = deployment(f"apns: {{destinations: {{sandbox: {sandbox}}}}}")
    with pytest.raises(ConfigurationError, match=r"ca\.pem cannot be read"):
        channel_servers(read_settings(folder, {}), folder)


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
        (
            "compatibility: esb-5.0\n",
            "gateway.yaml:1: compatibility: Invalid enum value 'esb-5.0': it is one of mi-4, esb",
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


def test_nobody_is_trusted_unless_it_is_said():
    assert trusted_proxies(Settings()) == ()


def test_trusted_proxies_are_networks_or_addresses(deployment):
    settings = read_settings(deployment("http: {trusted_proxies: [10.0.0.0/8, '::1']}"), {})
    assert trusted_proxies(settings) == read_networks(["10.0.0.0/8", "::1/128"])
    settings = read_settings(deployment("http: {trusted_proxies: [proxy.example.com]}"), {})
    with pytest.raises(ConfigurationError, match=r"http\.trusted_proxies: 'proxy\.example\.com'"):
        trusted_proxies(settings)


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


def test_backends_are_reached_with_the_defaults_of_the_transport(tmp_path):
    assert outbound_options(read_settings(tmp_path, {}), tmp_path) == OutboundOptions()


def test_how_backends_are_reached_is_read(deployment):
    folder = deployment(
        "outbound: {trust: ca.pem, timeout: 5, connections: 7, proxy: http://proxy:3128, "
        "no_proxy: [localhost, .internal]}"
    )
    assert outbound_options(read_settings(folder, {}), folder) == OutboundOptions(
        trust=folder / "ca.pem",
        timeout=5.0,
        connections=7,
        proxy="http://proxy:3128",
        no_proxy=("localhost", ".internal"),
    )


@pytest.mark.parametrize("outbound", ["proxy: http://u:p@proxy:3128", "connections: 0", "port: 1"])
def test_a_mistake_in_how_backends_are_reached_is_told(deployment, outbound):
    with pytest.raises(ConfigurationError, match="outbound"):
        read_settings(deployment(f"outbound: {{{outbound}}}"), {})


def test_no_web_page_may_use_the_apis_unless_it_is_named(deployment):
    assert cors(read_settings(deployment(""), {})) == Cors()
    folder = deployment("http: {cors: {allow_origins: ['https://page'], allow_headers: [X-Key]}}")
    assert cors(read_settings(folder, {})) == Cors(("https://page",), ("X-Key",))


def test_there_is_no_rest_api_unless_it_is_asked_for(deployment):
    assert read_settings(deployment(""), {}).rest is None
    digest = "ab" * 32
    folder = deployment(
        f"rest:\n  topic: com.example.app\n  api_keys:\n    k: {{sha256: {digest}}}"
    )
    environment = {"APNS_CONNECTOR__REST__TOPIC": "com.example.other"}
    options = read_settings(folder, environment).rest
    assert (options.topic, options.api_keys["k"].sha256) == ("com.example.other", digest)


def test_a_mistake_in_the_rest_api_is_told_with_its_line(deployment):
    folder = deployment("rest:\n  api_keys: {}\n  topic: 5\n")
    assert problem(folder).startswith("gateway.yaml:3: rest.topic: Expected `str")


def test_a_message_store_may_be_elsewhere_than_its_xml_says(deployment):
    folder = deployment(
        "message_stores:\n  Pushes:\n    url: postgresql://me:s3cret@host/x\n    max_records: 5\n"
    )
    settings = read_settings(folder, {})
    store = settings.message_stores["Pushes"]
    assert (store.url, store.max_records) == ("postgresql://me:s3cret@host/x", 5)
    assert "s3cret" not in repr(settings)


def test_a_mistake_in_a_message_store_is_told_with_its_line(deployment):
    folder = deployment("message_stores:\n  Pushes:\n    max_records: 5\n")
    assert "missing required field `url`" in problem(folder)
