"""A file that is renewed is taken up while notifications go on."""

from __future__ import annotations

import os

import pytest

from apns_connector.apns import Certificate, CertificateFile, Client, Destination
from apns_connector.apns import link as link_module


@pytest.fixture
def certificate_file(tmp_path, demo):
    """A file with a certificate, and how to renew it."""
    path = tmp_path / "push.p12"

    def renew() -> Certificate:
        identity = demo.authority.push_certificate(demo.topic)
        new = tmp_path / "new.p12"
        new.write_bytes(identity.to_pkcs12("password"))
        os.replace(new, path)
        return Certificate(identity.key, identity.certificate)

    renew()
    return path, renew


async def test_a_renewed_certificate_goes_to_a_new_connection(
    simulate, demo, notify, certificate_file, monkeypatch
):
    path, renew = certificate_file
    monkeypatch.setattr(link_module, "_CREDENTIALS_CHECK_SECONDS", 0.0)
    source = CertificateFile(path, "password")
    async with simulate() as (simulator, _):
        there = Destination("simulator", "localhost", simulator.port, demo.ca)
        async with Client(source, there) as client:
            before = client.credentials
            assert (await client.send(notify())).accepted
            renewed = renew()
            source._watch._looked_at = None  # a look is due at once
            assert (await client.send(notify())).accepted
            assert client.credentials.fingerprint == renewed.fingerprint
            assert client.credentials.fingerprint != before.fingerprint
        assert [received.connection for received in simulator.received] == [1, 2]


async def test_a_broken_file_changes_nothing(
    simulate, demo, notify, certificate_file, monkeypatch, caplog
):
    path, _ = certificate_file
    monkeypatch.setattr(link_module, "_CREDENTIALS_CHECK_SECONDS", 0.0)
    source = CertificateFile(path, "password")
    async with simulate() as (simulator, _):
        there = Destination("simulator", "localhost", simulator.port, demo.ca)
        async with Client(source, there) as client:
            assert (await client.send(notify())).accepted
            path.write_bytes(b"half a fil")
            source._watch._looked_at = None
            assert (await client.send(notify())).accepted
        assert {received.connection for received in simulator.received} == {1}
    assert str(path) in caplog.text
