from __future__ import annotations

import pytest

from apns_connector.apns.credentials import Certificate, CredentialsSource, SigningKey


@pytest.fixture
def certificate(issue, ec_key):
    return Certificate(ec_key, issue(ec_key))


@pytest.fixture
def signing_key(ec_key):
    return SigningKey(ec_key, "ABC123DEFG", "DEF123GHIJ")


def test_a_certificate_and_a_key_are_sources_that_never_change(certificate, signing_key):
    sources: list[CredentialsSource] = [certificate, signing_key]
    assert [source.current() for source in sources] == [certificate, signing_key]
