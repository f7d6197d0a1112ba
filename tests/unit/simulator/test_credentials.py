"""The folder of demo credentials."""

from __future__ import annotations

import ssl
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from apns_connector.errors import CredentialsError
from apns_connector.simulator.authority import Authority
from apns_connector.simulator.client_certificate import read_client_certificate
from apns_connector.simulator.credentials import demo_credentials


@pytest.fixture
def credentials(tmp_path):
    return demo_credentials(tmp_path / "new" / "folder")


def certificate_in(path):
    return pkcs12.load_key_and_certificates(path.read_bytes(), b"password")[1]


def test_the_folder_holds_what_a_client_needs(credentials):
    assert sorted(path.name for path in credentials.folder.iterdir()) == [
        "AuthKey.p8",
        "ca.p12",
        "ca.pem",
        "client.p12",
    ]
    ssl.create_default_context(cafile=str(credentials.ca))
    client = certificate_in(credentials.client_certificate)
    assert credentials.authority.issued(client)
    shown = read_client_certificate(client.public_bytes(Encoding.DER))
    assert shown.topics == (credentials.topic,)
    assert shown.environments == {"sandbox", "production"}


def test_the_signing_key_is_the_one_that_the_simulator_knows(credentials):
    key = load_pem_private_key(credentials.signing_key.read_bytes(), None)
    (known,) = credentials.keys
    assert known.public_key == key.public_key()
    assert (known.key_id, known.team_id) == (credentials.key_id, credentials.team_id)
    assert [len(word) for word in (known.key_id, known.team_id)] == [10, 10]


def test_only_the_file_that_apple_too_hands_out_in_clear_is_clear(credentials):
    clear = [path.name for path in credentials.folder.iterdir() if b"PRIVATE" in path.read_bytes()]
    assert clear == ["AuthKey.p8"]


def test_what_is_private_is_readable_by_its_owner_only(credentials):
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) & 0o077
        for path in credentials.folder.iterdir()
        if path.name != "ca.pem"
    }
    assert set(modes.values()) == {0}


def test_a_second_start_changes_nothing(credentials):
    before = {path.name: path.read_bytes() for path in credentials.folder.iterdir()}
    again = demo_credentials(credentials.folder)
    assert {path.name: path.read_bytes() for path in credentials.folder.iterdir()} == before
    assert again.authority.certificate == credentials.authority.certificate


@pytest.mark.parametrize("name", ["ca.pem", "client.p12", "AuthKey.p8"])
def test_a_missing_file_is_made_again_and_the_others_stay(name, credentials):
    before = {path.name: path.read_bytes() for path in credentials.folder.iterdir()}
    (credentials.folder / name).unlink()
    demo_credentials(credentials.folder)
    after = {path.name: path.read_bytes() for path in credentials.folder.iterdir()}
    assert {n for n in after if after[n] != before[n]} <= {name}
    assert after.keys() == before.keys()


def test_with_a_new_authority_the_client_certificate_is_new_too(credentials):
    (credentials.folder / "ca.p12").unlink()
    again = demo_credentials(credentials.folder)
    assert again.authority.issued(certificate_in(again.client_certificate))
    pem = again.ca.read_bytes()
    assert x509.load_pem_x509_certificate(pem) == again.authority.certificate


@pytest.mark.parametrize("days", [-1, 3])
def test_a_client_certificate_near_its_end_is_replaced(days, credentials):
    old = credentials.authority.push_certificate(credentials.topic, days=days)
    credentials.client_certificate.write_bytes(old.to_pkcs12("password"))
    demo_credentials(credentials.folder)
    assert certificate_in(credentials.client_certificate) != old.certificate


def test_an_authority_near_its_end_is_replaced(credentials):
    old = Authority.create(days=3)
    (credentials.folder / "ca.p12").write_bytes(old.to_pkcs12("password"))
    assert demo_credentials(credentials.folder).authority.certificate != old.certificate


@pytest.mark.parametrize("name", ["ca.p12", "client.p12", "AuthKey.p8"])
def test_a_file_that_cannot_be_understood_is_left_alone_and_reported(name, credentials):
    path = credentials.folder / name
    path.write_bytes(b"something precious")
    with pytest.raises(CredentialsError, match="delete it"):
        demo_credentials(credentials.folder)
    assert path.read_bytes() == b"something precious"


def test_a_key_that_cannot_sign_es256_is_refused(credentials):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    credentials.signing_key.write_bytes(pem)
    with pytest.raises(CredentialsError, match="P-256"):
        demo_credentials(credentials.folder)


def test_a_folder_that_cannot_be_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CredentialsError, match="file"):
        demo_credentials(tmp_path / "file")


def test_nothing_secret_shows(credentials):
    assert "password'" not in repr(credentials)
    assert "PrivateKey" not in repr(credentials)
