"""Certificates that expire."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from apns_connector.inspection.certificates import inspect_certificates
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.vault import Vault
from apns_connector.simulator.authority import Authority, Identity

Build = Callable[..., Configuration]
PATH = "registry/governance/c.p12"


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Authority.create().push_certificate("com.example.app", days=100)


def entry(password: str, path: str = "gov:/c.p12") -> str:
    return (
        "<localEntry key='C'><apns.init>\n"
        f"<certificateRegistryPath>{path}</certificateRegistryPath>"
        f"<password>{password}</password></apns.init></localEntry>"
    )


def found(configuration: Configuration, days: int = 0) -> list[str]:
    now = datetime.now(UTC) + timedelta(days=days)
    return [str(finding) for finding in inspect_certificates(configuration, now)]


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        (0, None),
        (69, None),
        (
            71,
            "synapse.xml:3: warning: registry/governance/c.p12: The certificate for com.example.a",
        ),
        (101, "synapse.xml:3: error: The certificate in registry/governance/c.p12 expired on"),
        (-2, "synapse.xml:3: error: The certificate in registry/governance/c.p12 is not valid bef"),
    ],
)
def test_the_certificate_of_a_connection_is_told_of_in_time(
    build: Build, identity: Identity, days: int, complaint: str | None
) -> None:
    configuration = build(entry("password"), {PATH: identity.to_pkcs12("password")})
    told = found(configuration, days)
    assert len(told) == (0 if complaint is None else 1)
    assert complaint is None or told[0].startswith(complaint)


def test_a_password_that_does_not_open_it_is_an_error(build: Build, identity: Identity) -> None:
    configuration = build(entry("wrong"), {PATH: identity.to_pkcs12("password")})
    [told] = found(configuration)
    assert "the password is wrong" in told


@pytest.mark.parametrize(
    "lookup", ["{wso2:vault-lookup('a')}", "{${wso2-vault('a')}}", '{vault-lookup("a")}']
)
def test_the_password_may_be_in_the_vault(
    build: Build, identity: Identity, tmp_path: Path, lookup: str
) -> None:
    files = {PATH: identity.to_pkcs12("password")}
    vault = Vault.create(tmp_path, "key", cost=2)
    assert found(build(entry(lookup), files, vault=vault), 101) == []  # no such alias: not opened
    vault.put("a", "password")
    assert len(found(build(entry(lookup), files, vault=vault), 101)) == 1


@pytest.mark.parametrize(
    "definition",
    [
        entry("{$ctx:password}"),
        entry("{concat(wso2:vault-lookup('a'), 'x')}"),
        entry("wrong", "{$ctx:path}"),
        entry("wrong", "gov:/none.p12"),
        entry("wrong", "gov:/../x"),
        "<localEntry key='C'><apns.init><password>x</password></apns.init></localEntry>",
    ],
)
def test_what_depends_on_the_message_or_is_not_there_is_not_opened(
    build: Build, identity: Identity, definition: str
) -> None:
    assert found(build(definition, {PATH: identity.to_pkcs12("password")}), 101) == []


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize(
    ("days", "severity"), [(0, None), (71, "warning: the certificate expires on"), (101, "error")]
)
def test_other_certificates_of_the_registry_are_looked_at_too(
    build: Build, identity: Identity, encoding: Encoding, days: int, severity: str | None
) -> None:
    content = identity.certificate.public_bytes(encoding)
    told = found(build("", {"registry/config/tls/backend.crt": content}), days)
    expected = [] if severity is None else [f"registry/config/tls/backend.crt: {severity}"]
    assert [line[: len(start)] for line, start in zip(told, expected, strict=True)] == expected


def test_those_in_carbon_applications_are_looked_at_too(build: Build, identity: Identity) -> None:
    content = io.BytesIO()
    listing = "<r><item><file>c.pem</file><path>/_system/config/x</path></item></r>"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("artifacts.xml", "<a><dependency artifact='R' version='1'/></a>")
        artifact = "<artifact type='registry/resource'><file>registry-info.xml</file></artifact>"
        archive.writestr("R_1/artifact.xml", artifact)
        archive.writestr("R_1/registry-info.xml", listing)
        archive.writestr("R_1/resources/c.pem", identity.certificate.public_bytes(Encoding.PEM))
    [told] = found(build("", {"app.car": content.getvalue()}), 101)
    assert told.startswith("app.car/R_1/resources/c.pem: error: the certificate expired on")


def test_a_file_that_is_called_a_certificate_and_is_none_is_an_error(build: Build) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
    assert found(build("", {"registry/config/c.pem": broken})) == [
        "registry/config/c.pem: error: the certificate cannot be read"
    ]


def test_a_file_with_something_else_in_it_is_left_alone(build: Build) -> None:
    assert found(build("", {"registry/config/c.pem": "-----BEGIN PUBLIC KEY-----"})) == []
