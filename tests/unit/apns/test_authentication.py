"""Credentials in use follow their source, unless what it has is of no use."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from apns_connector.apns.authentication import Authentication
from apns_connector.apns.credentials import Certificate, SigningKey
from apns_connector.apns.provider_token import Use
from apns_connector.errors import ConfigurationError, CredentialsError


class Source:
    """Credentials that can be exchanged."""

    def __init__(self, credentials) -> None:
        self.credentials = credentials

    def current(self):
        return self.credentials


@pytest.fixture
def certificate(issue, ec_key):
    return Certificate(ec_key, issue(ec_key))


@pytest.fixture
def expired(issue, ec_key):
    return Certificate(ec_key, issue(ec_key, ends=datetime.now(UTC) - timedelta(days=1)))


@pytest.fixture
def signing_key(ec_key):
    return SigningKey(ec_key, "ABC123DEFG", "DEF123GHIJ")


def test_a_certificate_has_no_authorization_and_names_the_topic(certificate):
    authentication = Authentication(certificate)
    assert authentication.certified
    assert authentication.authorization() is None
    assert not authentication.renew(None)
    assert authentication.topic_for("alert") == certificate.topic


def test_a_key_has_an_authorization_and_names_no_topic(signing_key):
    authentication = Authentication(signing_key)
    assert not authentication.certified
    assert authentication.authorization().startswith("bearer ey")
    assert authentication.topic_for("alert") is None


def test_an_expired_certificate_is_refused_at_once(expired):
    with pytest.raises(CredentialsError, match="expired"):
        Authentication(expired)


def test_a_trust_file_that_is_not_there_is_named(signing_key, tmp_path):
    with pytest.raises(ConfigurationError, match="no-such"):
        Authentication(signing_key, tmp_path / "no-such.pem")


def test_credentials_of_somebody_else_take_over(certificate, signing_key):
    source = Source(certificate)
    authentication = Authentication(source)
    context = authentication.context
    assert not authentication.refresh()
    assert authentication.context is context
    source.credentials = signing_key
    assert authentication.refresh()
    assert authentication.credentials is signing_key
    assert not authentication.certified
    assert authentication.context is not context


def test_those_that_cannot_be_used_are_logged_and_those_before_stay(certificate, expired, caplog):
    source = Source(certificate)
    authentication = Authentication(source)
    source.credentials = expired
    assert not authentication.refresh()
    assert authentication.credentials is certificate
    authentication.refresh()
    assert caplog.text.count("is not taken up") == 1


def test_a_trust_file_that_has_gone_meanwhile_leaves_those_before_in_use(
    signing_key, certificate, tmp_path, caplog
):
    trust = tmp_path / "ca.pem"
    trust.write_bytes(certificate.chain[0].public_bytes(Encoding.PEM))
    source = Source(signing_key)
    authentication = Authentication(source, trust)
    trust.unlink()
    source.credentials = certificate
    assert not authentication.refresh()
    assert authentication.credentials is signing_key
    assert "ca.pem" in caplog.text


def test_a_certificate_near_its_end_is_warned_of_once(issue, ec_key, caplog):
    soon = datetime.now(UTC) + timedelta(days=10, hours=1)
    authentication = Authentication(Certificate(ec_key, issue(ec_key, ends=soon)))
    authentication.refresh()
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage().count("in 10 days") for record in warnings] == [1]


def test_a_refused_token_is_renewed_once(signing_key):
    authentication = Authentication(signing_key)
    refused = authentication.authorization()
    assert authentication.renew(refused)
    fresh = authentication.authorization()
    assert fresh != refused
    assert not authentication.renew(fresh)


def test_a_token_that_has_come_of_age_is_replaced(signing_key):
    authentication = Authentication(signing_key)
    signing_key._in_use = Use(0, 0.0), "aged"
    assert authentication.authorization() != "bearer aged"
