from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from apns_connector.apns.certificate import Certificate
from apns_connector.errors import CredentialsError

PASSWORD = "sesame"
FORMATS = {
    "Keychain (RC2-40, 3DES)": [
        "-legacy",
        "-certpbe",
        "PBE-SHA1-RC2-40",
        "-keypbe",
        "PBE-SHA1-3DES",
    ],
    "OpenSSL 1 (3DES)": [
        "-certpbe",
        "PBE-SHA1-3DES",
        "-keypbe",
        "PBE-SHA1-3DES",
        "-macalg",
        "sha1",
    ],
    "OpenSSL 1 with -legacy": ["-legacy"],
    "OpenSSL 3 (AES-256)": [],
    "AES-128": ["-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC"],
    "certificate in clear": ["-certpbe", "NONE"],
}


def openssl_pkcs12(folder, key, certificate, options, password=PASSWORD):
    """A file as the openssl command line writes it."""
    source, target = folder / "source.pem", folder / "target.p12"
    pem = serialization.Encoding.PEM
    source.write_bytes(
        key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(pem)
    )
    command = ["openssl", "pkcs12", "-export", "-in", source, "-out", target]
    subprocess.run([*command, "-passout", f"pass:{password}", *options], check=True)
    return target.read_bytes()


def pack(key, certificate, password, issuers=None):
    """A file as the cryptography library writes it; ``None``: without any encryption."""
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"push", key, certificate, issuers, encryption)


@pytest.fixture(scope="session")
def certificate(issue, rsa_key, topic_list):
    topics = topic_list("com.example.app", "com.example.app.voip")
    return issue(rsa_key, extensions={"1": b"\5\0", "2": b"\5\0", "6": topics})


@pytest.mark.parametrize("options", FORMATS.values(), ids=FORMATS)
def test_pkcs12_files_of_all_ages_are_opened(tmp_path, rsa_key, certificate, options):
    content = openssl_pkcs12(tmp_path, rsa_key, certificate, options)
    opened = Certificate.from_pkcs12(content, PASSWORD)
    assert opened.chain[0] == certificate
    assert opened.topics == ("com.example.app", "com.example.app.voip")
    assert opened.topic == "com.example.app"
    assert (opened.sandbox, opened.production) == (True, True)
    assert opened.not_after == datetime(2099, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize("options", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("password", ["wrong", "", None])
def test_a_wrong_password_is_told_without_being_shown(
    tmp_path, rsa_key, certificate, options, password
):
    content = openssl_pkcs12(tmp_path, rsa_key, certificate, options)
    with pytest.raises(CredentialsError) as refused:
        Certificate.from_pkcs12(content, password, "push.p12")
    assert str(refused.value) == (
        "Cannot decrypt the PKCS#12 file in push.p12: the password is wrong, or the file is damaged"
    )


@pytest.mark.parametrize("password", ["", None])
def test_an_empty_password_and_none_at_all_open_the_same_files(
    tmp_path, rsa_key, certificate, password
):
    empty = openssl_pkcs12(tmp_path, rsa_key, certificate, [], password="")
    absent = pack(rsa_key, certificate, None)
    for content in (empty, absent):
        assert Certificate.from_pkcs12(content, password).chain[0] == certificate


def test_a_password_may_hold_any_letters(rsa_key, certificate):
    content = pack(rsa_key, certificate, "pässwörd 🎉")
    assert Certificate.from_pkcs12(content, "pässwörd 🎉").chain[0] == certificate


def test_a_key_on_an_elliptic_curve_will_do(issue, ec_key):
    certificate = issue(ec_key)
    opened = Certificate.from_pkcs12(pack(ec_key, certificate, PASSWORD), PASSWORD)
    assert isinstance(opened.key, ec.EllipticCurvePrivateKey)


def test_issuers_in_the_file_follow_the_certificate(issue, rsa_key, certificate, ec_key):
    issuer = issue(ec_key, uid=None)
    content = pack(rsa_key, certificate, PASSWORD, [issuer])
    assert Certificate.from_pkcs12(content, PASSWORD).chain == (certificate, issuer)


def test_the_fingerprint_is_that_of_the_certificate_whatever_the_file(rsa_key, certificate):
    one = Certificate.from_pkcs12(pack(rsa_key, certificate, "one"), "one")
    two = Certificate.from_pkcs12(pack(rsa_key, certificate, "two"), "two")
    assert one.fingerprint == two.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()


def test_a_certificate_without_any_topic_has_no_default(issue, ec_key):
    content = pack(ec_key, issue(ec_key, uid=None), PASSWORD)
    assert Certificate.from_pkcs12(content, PASSWORD).topic is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"-----BEGIN CERTIFICATE-----\n", "it is a PEM file; export certificate and private key"),
        (b"", "it is not a PKCS#12 file"),
        (b"garbage", "it is not a PKCS#12 file"),
        (b"\x30\x82\x01", "the password is wrong, or the file is damaged"),
    ],
)
def test_what_is_no_pkcs12_file_is_told_what_it_is(content, why):
    with pytest.raises(CredentialsError, match="Cannot decrypt the PKCS#12 file in") as refused:
        Certificate.from_pkcs12(content, PASSWORD)
    assert why in str(refused.value)


def test_a_file_without_a_key_is_of_no_use(certificate):
    content = pkcs12.serialize_key_and_certificates(
        None, None, None, [certificate], BestAvailableEncryption(PASSWORD.encode())
    )
    with pytest.raises(CredentialsError, match="it holds no private key; export both together"):
        Certificate.from_pkcs12(content, PASSWORD)


def test_a_file_without_the_certificate_of_its_key_is_of_no_use(rsa_key):
    content = pkcs12.serialize_key_and_certificates(
        None, rsa_key, None, None, BestAvailableEncryption(PASSWORD.encode())
    )
    with pytest.raises(CredentialsError, match="it holds no certificate for its private key"):
        Certificate.from_pkcs12(content, PASSWORD)


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (
            datetime(2100, 1, 1, tzinfo=UTC),
            "The certificate in push.p12 expired on 2099-12-31; renew it",
        ),
        (
            datetime(2019, 12, 31, tzinfo=UTC),
            "The certificate in push.p12 is not valid before 2020-01-01; "
            "check this machine's clock",
        ),
    ],
)
def test_a_certificate_out_of_its_time_is_refused(rsa_key, certificate, now, sentence):
    opened = Certificate.from_pkcs12(pack(rsa_key, certificate, PASSWORD), PASSWORD)
    with pytest.raises(CredentialsError) as refused:
        opened.check_validity(now, "push.p12")
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "now", [datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)]
)
def test_the_first_and_last_moment_are_within_its_time(rsa_key, certificate, now):
    Certificate(rsa_key, certificate).check_validity(now)


def test_it_tells_how_long_it_is_still_valid(rsa_key, certificate):
    opened = Certificate(rsa_key, certificate)
    assert opened.expires_in(datetime(2099, 12, 24, tzinfo=UTC)) == timedelta(days=7)
    assert opened.expires_in(datetime(2100, 1, 1, tzinfo=UTC)) == -timedelta(days=1)


@pytest.mark.parametrize(
    ("push_type", "topic"),
    [
        (None, "com.example.app"),
        ("alert", "com.example.app"),
        ("voip", "com.example.app.voip"),
        ("complication", None),
    ],
)
def test_a_push_type_has_the_topic_that_the_certificate_lists_for_it(
    rsa_key, certificate, push_type, topic
):
    assert Certificate(rsa_key, certificate).topic_for(push_type) == topic


def test_a_damaged_list_of_topics_is_told_with_the_name_of_the_file(issue, ec_key):
    content = pack(ec_key, issue(ec_key, extensions={"6": b"\x30"}), PASSWORD)
    with pytest.raises(CredentialsError) as refused:
        Certificate.from_pkcs12(content, PASSWORD, "push.p12")
    assert str(refused.value) == "push.p12: The list of topics in the certificate is damaged"


def test_it_shows_what_it_is_for_and_no_secret(rsa_key, certificate):
    opened = Certificate.from_pkcs12(pack(rsa_key, certificate, PASSWORD), PASSWORD)
    assert repr(opened) == "Certificate(com.example.app, com.example.app.voip, until 2099-12-31)"
    assert str(opened) == repr(opened)


def test_the_chain_of_causes_of_a_refusal_holds_no_password(rsa_key, certificate):
    with pytest.raises(CredentialsError) as refused:
        Certificate.from_pkcs12(pack(rsa_key, certificate, PASSWORD), "wrong-secret")
    error: BaseException | None = refused.value
    while error is not None:
        assert "wrong-secret" not in repr(error)
        error = error.__cause__ or error.__context__


# Certificate and key in two files


def pem_of(key, password: bytes | None = None) -> bytes:
    encryption = NoEncryption() if password is None else BestAvailableEncryption(password)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_certificate_and_key_may_come_in_two_files(issue, ec_key, encoding):
    leaf = issue(ec_key)
    joined = Certificate.from_pem(leaf.public_bytes(encoding), pem_of(ec_key))
    assert joined.chain == (leaf,)
    assert joined.topic == "com.example.app"


def test_the_key_may_be_encrypted_and_issuers_may_follow(issue, ec_key, rsa_key):
    leaf, issuer = issue(ec_key), issue(rsa_key)
    both = leaf.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)
    joined = Certificate.from_pem(both, pem_of(ec_key, b"secret"), "secret")
    assert joined.chain == (leaf, issuer)


def test_a_key_of_another_certificate_is_refused(issue, ec_key, rsa_key):
    with pytest.raises(CredentialsError, match="not that of the certificate"):
        Certificate.from_pem(issue(ec_key).public_bytes(Encoding.PEM), pem_of(rsa_key), name="push")


@pytest.mark.parametrize(
    ("certificate", "key", "password", "why"),
    [
        (b"no certificate", None, None, "push holds no readable certificate"),
        (None, b"no key", None, "push: the private key cannot be read"),
        (None, None, "wrong", "push: the private key cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told(issue, ec_key, certificate, key, password, why):
    given = certificate or issue(ec_key).public_bytes(Encoding.PEM)
    with pytest.raises(CredentialsError, match=why) as refused:
        Certificate.from_pem(given, key or pem_of(ec_key, b"secret"), password, "push")
    assert "wrong" not in str(refused.value).replace("password is wrong", "")
