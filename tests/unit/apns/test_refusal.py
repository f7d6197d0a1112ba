from __future__ import annotations

import ssl

import pytest

from apns_connector.apns.destination import Destination
from apns_connector.apns.refusal import find_refusal
from apns_connector.errors import CredentialsError, NotSent

HERE = Destination("local", "localhost", 8443)


def tls_error(kind, reason):
    error = kind(1, f"[SSL: {reason}]")
    error.reason = reason
    return error


def test_a_refused_client_certificate_is_an_error_of_the_credentials():
    refusal = find_refusal(HERE, tls_error(ssl.SSLError, "SSLV3_ALERT_CERTIFICATE_REVOKED"))
    error = refusal.error()
    assert isinstance(error, CredentialsError)
    assert str(error) == (
        "local (localhost:8443) refuses the TLS connection: the client certificate has been revoked"
    )


def test_a_server_that_is_not_trusted_gets_nothing():
    error = tls_error(ssl.SSLCertVerificationError, "CERTIFICATE_VERIFY_FAILED")
    error.verify_message = "self-signed certificate"
    refused = find_refusal(HERE, error).error()
    assert isinstance(refused, NotSent)
    assert "local (localhost:8443) is not trusted: self-signed certificate." in str(refused)
    assert "trust file" in str(refused)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ConnectionResetError("reset"),
        TimeoutError(),
        tls_error(ssl.SSLError, "WRONG_VERSION_NUMBER"),
        tls_error(ssl.SSLError, "SSLV3_ALERT_HANDSHAKE_FAILURE"),
        ssl.SSLError("no reason"),
    ],
)
def test_everything_else_may_be_better_next_time(error):
    assert find_refusal(HERE, error) is None
