"""Where certificate and signing key come from. Files only; nothing connects."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from apns_connector.apns import Credentials
from apns_connector.errors import ConfigurationError, CredentialsError, VaultError
from apns_connector.mediation.registry import Registry
from apns_connector.operations import Clients
from apns_connector.rest.credentials import Source, Surroundings, open_source
from apns_connector.rest.options import (
    ApiKeyOptions,
    CertificateOptions,
    RestOptions,
    SigningKeyOptions,
)
from apns_connector.simulator import DemoCredentials, demo_credentials


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoCredentials:
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


@pytest.fixture
def around(demo: DemoCredentials, tmp_path: Path) -> Surroundings:
    """A deployment with the credentials in it in every way."""
    apns = tmp_path / "registry/governance/apns"
    apns.mkdir(parents=True)
    shutil.copyfile(demo.client_certificate, tmp_path / "push.p12")
    shutil.copyfile(demo.client_certificate, apns / "push.p12")
    shutil.copyfile(demo.signing_key, tmp_path / "key.p8")
    shutil.copyfile(demo.signing_key, apns / "key.p8")
    secrets = {"password": demo.password, "key": demo.signing_key.read_text()}

    def secret(alias: str) -> str:
        if alias not in secrets:
            raise VaultError(f"no secret '{alias}'")
        return secrets[alias]

    registry = Registry(tmp_path / "registry")
    return Surroundings(tmp_path, lambda: registry, secret, {"PASSWORD": demo.password})


def options(**given: object) -> RestOptions:
    certificate, key = given.get("certificate"), given.get("signing_key")
    return RestOptions(
        api_keys={"k": ApiKeyOptions(alias="k")},
        certificate=CertificateOptions(**certificate) if certificate else None,  # type: ignore
        signing_key=SigningKeyOptions(**key) if key else None,  # type: ignore
    )


def current(source: Source) -> Credentials:
    return asyncio.run(source.current())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "certificate",
    [
        {"path": "push.p12", "password_alias": "password"},
        {"path": "push.p12", "password_variable": "PASSWORD"},
        {"registry": "gov:/apns/push.p12", "password_alias": "password"},
    ],
)
def test_a_certificate_is_in_a_file_or_in_the_registry(
    around: Surroundings, certificate: dict[str, str]
) -> None:
    source = open_source(options(certificate=certificate), around, Clients())
    assert "com.example.app" in repr(current(source))


@pytest.mark.parametrize(
    "place", [{"path": "key.p8"}, {"registry": "gov:/apns/key.p8"}, {"alias": "key"}]
)
def test_a_signing_key_is_in_a_file_in_the_registry_or_in_the_vault(
    around: Surroundings, demo: DemoCredentials, place: dict[str, str]
) -> None:
    key = {"key_id": demo.key_id, "team_id": demo.team_id, **place}
    source = open_source(options(signing_key=key), around, Clients())
    assert demo.key_id in repr(current(source))


def test_the_same_key_is_the_same_object_so_that_its_token_is_shared(
    around: Surroundings, demo: DemoCredentials
) -> None:
    key = {"key_id": demo.key_id, "team_id": demo.team_id, "alias": "key"}
    source = open_source(options(signing_key=key), around, Clients())
    assert current(source) is current(source)


KEY = {"key_id": "ABCDEFGHIJ", "team_id": "ABCDEFGHIJ"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "either a certificate or a signing_key"),
        ({"certificate": {"path": "push.p12"}, "signing_key": {**KEY, "alias": "key"}}, "either a"),
        ({"certificate": {"password_alias": "password"}}, "needs exactly one of path, registry"),
        ({"certificate": {"path": "a", "registry": "b"}}, "needs exactly one of path, registry"),
        ({"signing_key": KEY}, "needs exactly one of path, registry, alias"),
        (
            {"certificate": {"path": "push.p12", "password_alias": "a", "password_variable": "b"}},
            "not both",
        ),
        (
            {"certificate": {"path": "push.p12", "password_variable": "NONE"}},
            "no variable NONE",
        ),
    ],
)
def test_what_is_not_said_clearly_is_refused(
    around: Surroundings, given: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        open_source(options(**given), around, Clients())


@pytest.mark.parametrize(
    "certificate",
    [{"path": "none.p12"}, {"path": "push.p12"}, {"path": "push.p12", "password_alias": "none"}],
)
def test_a_file_that_cannot_be_opened_is_told_at_the_start(
    around: Surroundings, certificate: dict[str, str]
) -> None:
    with pytest.raises(CredentialsError):
        open_source(options(certificate=certificate), around, Clients())


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"certificate": {"registry": "gov:/none.p12"}}, CredentialsError),
        ({"certificate": {"registry": "gov:/apns/push.p12"}}, CredentialsError),
        ({"signing_key": {**KEY, "alias": "none"}}, VaultError),
    ],
)
def test_what_is_looked_up_when_it_is_needed_fails_then(
    around: Surroundings, given: dict[str, object], kind: type[Exception]
) -> None:
    source = open_source(options(**given), around, Clients())
    with pytest.raises(kind):
        current(source)
