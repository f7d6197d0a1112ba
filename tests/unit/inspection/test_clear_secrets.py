"""Secrets in clear text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.inspection.clear_secrets import (
    inspect_clear_secrets,
    inspect_settings_file,
    is_secret,
)
from apns_connector.mediation.configuration import Configuration

Build = Callable[..., Configuration]


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("password", "tiger", True),
        ("store.jms.password", "tiger", True),
        ("passwd", "tiger", True),
        ("keyPassphrase", "tiger", True),
        ("client_secret", "tiger", True),
        ("apiKey", "tiger", True),
        ("privateKey", "tiger", True),
        ("access_token", "tiger", True),
        ("Authorization", "Basic x", True),
        ("Proxy-Authorization", "Basic x", True),
        ("password", "{'tiger'}", True),
        ("password", "", False),
        ("password", "{$ctx:password}", False),
        ("password", "{wso2:vault-lookup('a')}", False),
        ("password", "$SYSTEM:PASSWORD", False),
        ("password", "${configs.password}", False),
        ("rememberPassword", "true", False),
        ("keyRegistryPath", "gov:/key.p8", False),
        ("privateKey", "gov:/key.p8", False),
        ("deviceToken", "00" * 32, False),
        ("keyId", "ABC1234567", False),
        ("key", "MySequence", False),
    ],
)
def test_what_counts_as_a_secret_in_clear_text(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


def found(configuration: Configuration) -> list[str]:
    return [str(finding) for finding in inspect_clear_secrets(configuration)]


def test_a_secret_is_a_warning_with_the_command_that_keeps_it(build: Build) -> None:
    configuration = build(
        "<localEntry key='C'><apns.init>\n<password>tiger</password></apns.init></localEntry>"
    )
    assert found(configuration) == [
        "synapse.xml:3: warning: the password stands here in clear text: apns-connector vault put "
        "DEPLOYMENT C.password, and write {wso2:vault-lookup('C.password')}"
    ]


@pytest.mark.parametrize(
    "definition",
    [
        "<sequence name='S'><property name='password' value='tiger'/></sequence>",
        "<sequence name='S'><header name='Authorization' value='tiger'/></sequence>",
        "<sequence name='S'><property name='apiKey' expression=\"'tiger'\"/></sequence>",
        "<messageStore name='S'><parameter name='x.password'>tiger</parameter></messageStore>",
        "<proxy name='P'><parameter name='secret'>tiger</parameter></proxy>",
        "<endpoint name='E'><address uri='http://scott:tiger@h/'/></endpoint>",
        "<localEntry key='K'><apns.init><password>{'tiger'}</password></apns.init></localEntry>",
        "<localEntry key='K'>-----BEGIN PRIVATE KEY-----tiger</localEntry>",
    ],
)
def test_secrets_are_found_wherever_they_stand_and_never_shown(
    build: Build, definition: str
) -> None:
    [told] = found(build(definition))
    assert "in clear text" in told
    assert "tiger" not in told


@pytest.mark.parametrize(
    "definition",
    [
        "<sequence name='S'><property name='password' expression='$ctx:x'/></sequence>",
        "<sequence name='S'><property name='password' action='remove'/></sequence>",
        "<endpoint name='E'><address uri='http://h:80/a@b'/></endpoint>",
        "<endpoint name='E'><http uri-template='http://{uri.var.u}:{uri.var.p}@h/'/></endpoint>",
        "<localEntry key='password'>x</localEntry>",
    ],
)
def test_what_is_none_is_left_alone(build: Build, definition: str) -> None:
    assert found(build(definition)) == []


def test_a_property_is_given_its_secret_by_an_expression(build: Build) -> None:
    [told] = found(build("<sequence name='S'><property name='password' value='x'/></sequence>"))
    assert told.endswith("write expression=\"wso2:vault-lookup('S.password')\"")


def test_settings_are_looked_at_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(
        "http:\n"
        "  password: tiger\n"
        "  secret: 'tiger' # a comment\n"
        "  proxy: http://scott:tiger@h\n"
        "  password:\n"
        "  # password: tiger\n"
        "  apiKey: $SYSTEM:KEY\n"
        "  port: 8280\n"
        "users:\n"
        "  - password: tiger\n"
        "  Pushes: amqp://scott:tiger@h\n"
    )
    findings = list(inspect_settings_file(file, "gateway.yaml"))
    assert [finding.line for finding in findings] == [2, 3, 4, 10, 11]
    assert "the password in the address stands here" in findings[4].text
    assert "tiger" not in str(findings)
    assert list(inspect_settings_file(tmp_path / "none.yaml", "none.yaml")) == []
