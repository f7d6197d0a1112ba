from __future__ import annotations

import os
import ssl

import pytest
from cryptography.hazmat.primitives import serialization

from apns_connector.apns import tls
from apns_connector.errors import ConfigurationError, CredentialsError


def test_a_context_verifies_the_server_and_offers_nothing_below_tls_1_2():
    context = tls.client_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_trust_in_a_file_replaces_that_in_the_system(tmp_path, issue, ec_key):
    trust = tmp_path / "ca.pem"
    trust.write_bytes(issue(ec_key).public_bytes(serialization.Encoding.PEM))
    assert tls.client_context(trust).cert_store_stats()["x509"] == 1


@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_trust_that_cannot_be_read_is_an_error_that_names_the_file(tmp_path, content):
    trust = tmp_path / "ca.pem"
    if content is not None:
        trust.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        tls.client_context(trust)
    assert f"the trusted certificates in {trust} cannot be read" in str(refused.value)


@pytest.mark.parametrize("memory_files", [True, False], ids=["memfd", "file"])
def test_an_identity_is_loaded_and_its_key_leaves_no_trace(
    tmp_path, monkeypatch, issue, ec_key, rsa_key, memory_files
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if not memory_files:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    for key in (ec_key, rsa_key):
        tls.load_identity(tls.client_context(), key, (issue(key),))
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_another_certificate_is_refused(issue, ec_key, rsa_key):
    with pytest.raises(CredentialsError, match="TLS cannot use the certificate and its key: "):
        tls.load_identity(tls.client_context(), ec_key, (issue(rsa_key),))


ALERTS = [
    ("SSLV3_ALERT_BAD_CERTIFICATE", "it calls the client certificate bad"),
    ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "the client certificate has expired"),
    ("SSLV3_ALERT_CERTIFICATE_REVOKED", "the client certificate has been revoked"),
    ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", "it does not know the client certificate"),
    ("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "it does not support the client certificate"),
    ("TLSV1_ALERT_UNKNOWN_CA", "it does not know the issuer of the client certificate"),
    ("TLSV1_ALERT_ACCESS_DENIED", "the client certificate gives no access"),
    ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "it requires a client certificate"),
    ("TLS_ALERT_UNKNOWN_CA", "it does not know the issuer of the client certificate"),
]


@pytest.mark.parametrize(("reason", "sentence"), ALERTS)
def test_alerts_about_our_certificate_are_told_in_words(reason, sentence):
    error = ssl.SSLError(1, reason)
    error.reason = reason
    assert tls.certificate_refusal(error) == sentence


@pytest.mark.parametrize(
    "reason", [None, "", "SSLV3_ALERT_HANDSHAKE_FAILURE", "WRONG_VERSION_NUMBER", "ALERT_"]
)
def test_other_errors_of_tls_are_not_about_our_certificate(reason):
    error = ssl.SSLError(1, "x")
    error.reason = reason
    assert tls.certificate_refusal(error) is None


def test_errors_of_other_kinds_are_not_about_our_certificate():
    assert tls.certificate_refusal(None) is None
    assert tls.certificate_refusal(ConnectionResetError("SSLV3_ALERT_BAD_CERTIFICATE")) is None
