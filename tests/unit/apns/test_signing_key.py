from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    NoEncryption,
    PrivateFormat,
)

from apns_connector.apns.signing_key import SigningKey, es256
from apns_connector.errors import CredentialsError

# The start of a period of half an hour.
START = 1_700_001_000


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issued_at(token):
    return jwt.decode(token, options={"verify_signature": False})["iat"]


@pytest.fixture
def signing_key(ec_key):
    return SigningKey.from_p8(pem(ec_key), "ABC123DEFG", "DEF123GHIJ")


def test_a_provider_token_is_what_apple_asks_for(signing_key, ec_key):
    token = signing_key.provider_token(START + 0.9)
    claims = jwt.decode(
        token,
        ec_key.public_key(),
        algorithms=["ES256"],
        options={"verify_iat": False},
    )
    assert claims == {"iss": "DEF123GHIJ", "iat": START}
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": "ABC123DEFG"}


def test_a_token_is_the_same_throughout_half_an_hour(signing_key):
    first = signing_key.provider_token(START)
    assert signing_key.provider_token(START + 1799) == first
    later = signing_key.provider_token(START + 1800)
    assert issued_at(later) == START + 1800
    assert signing_key.provider_token(START + 1801) == later


def test_two_keys_read_from_one_file_make_the_same_token_at_different_times(signing_key, ec_key):
    other = SigningKey.from_p8(pem(ec_key), "ABC123DEFG", "DEF123GHIJ")
    assert signing_key.provider_token(START + 3) == other.provider_token(START + 1700)


def test_a_token_that_was_taken_late_is_kept_for_twenty_minutes(signing_key):
    first = signing_key.provider_token(START + 1790)
    assert signing_key.provider_token(START + 1790 + 1199) == first
    assert issued_at(signing_key.provider_token(START + 1790 + 1200)) == START + 1800


def test_a_token_from_the_future_is_not_kept_when_the_clock_is_put_back(signing_key):
    future = signing_key.provider_token(START)
    assert signing_key.provider_token(START - 10_000) != future


def test_a_refused_token_is_replaced_at_most_every_twenty_minutes(signing_key):
    at = START + 100.0
    first = signing_key.provider_token(at)
    assert signing_key.replace(first, at)
    second = signing_key.provider_token(at)
    assert issued_at(second) == START + 60
    assert not signing_key.replace(second, at + 1199)
    assert signing_key.provider_token(at + 1199) == second
    assert signing_key.replace(second, at + 1200)
    assert signing_key.provider_token(at + 1200) not in (first, second)


def test_a_replacement_is_left_for_the_token_of_the_next_period(signing_key):
    first = signing_key.provider_token(START)
    signing_key.replace(first, START + 70.0)
    second = signing_key.provider_token(START + 70.0)
    assert signing_key.provider_token(START + 1799) == second
    assert issued_at(signing_key.provider_token(START + 1800)) == START + 1800


def test_a_token_that_was_replaced_already_leaves_its_successor_to_try(signing_key):
    first = signing_key.provider_token(START)
    signing_key.replace(first, START)
    second = signing_key.provider_token(START)
    assert signing_key.replace(first, START + 0.1)
    assert signing_key.provider_token(START + 0.1) == second


def test_a_token_whose_time_was_over_when_it_was_refused_needs_no_replacement(signing_key):
    first = signing_key.provider_token(START)
    assert signing_key.replace(first, START + 7300.0)
    assert issued_at(signing_key.provider_token(START + 7300)) == START + 7200
    regular = signing_key.provider_token(START + 7300)
    assert signing_key.replace(regular, START + 7301.0)  # the one for this key is still to be made


def test_signatures_are_those_of_rfc_6979_so_that_every_machine_makes_the_same():
    """Its appendix A.2.5: P-256, SHA-256, message "sample"."""
    key = ec.derive_private_key(
        0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721, ec.SECP256R1()
    )
    assert decode_dss_signature(key.sign(b"sample", es256())) == (
        0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
        0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
    )


def test_an_openssl_that_cannot_sign_deterministically_signs_all_the_same(
    monkeypatch, signing_key, ec_key
):
    monkeypatch.setattr(type(backend), "ecdsa_deterministic_supported", lambda self: False)
    assert not es256().deterministic_signing
    token = signing_key.provider_token(START)
    jwt.decode(token, ec_key.public_key(), algorithms=["ES256"], options={"verify_iat": False})


def test_the_fingerprint_tells_keys_key_ids_and_teams_apart(ec_key):
    other = ec.generate_private_key(ec.SECP256R1())
    fingerprints = {
        SigningKey.from_p8(pem(key), key_id, team_id).fingerprint
        for key in (ec_key, other)
        for key_id in ("ABC123DEFG", "ABC123DEFH")
        for team_id in ("DEF123GHIJ", "DEF123GHIK")
    }
    assert len(fingerprints) == 8
    again = SigningKey.from_p8(pem(ec_key), "ABC123DEFG", "DEF123GHIJ")
    assert again.fingerprint in fingerprints


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "AuthKey.p8 is not a .p8 file as Apple hands it out: no readable PEM key in it"),
        (
            b"garbage",
            "AuthKey.p8 is not a .p8 file as Apple hands it out: no readable PEM key in it",
        ),
        (pem(ed25519.Ed25519PrivateKey.generate()), "its key is not on the curve P-256"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "its key is not on the curve P-256"),
    ],
)
def test_what_is_no_signing_key_is_refused(content, sentence):
    with pytest.raises(CredentialsError) as refused:
        SigningKey.from_p8(content, "ABC123DEFG", "DEF123GHIJ", "AuthKey.p8")
    assert sentence in str(refused.value)


def test_an_encrypted_key_is_refused(ec_key):
    content = ec_key.private_bytes(
        serialization.Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    with pytest.raises(CredentialsError, match="no readable PEM key"):
        SigningKey.from_p8(content, "ABC123DEFG", "DEF123GHIJ")


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [
        (("", "DEF123GHIJ"), "The key id '' is not Apple's ten letters and digits"),
        (("ABC 23DEFG", "DEF123GHIJ"), "The key id 'ABC 23DEFG' is not"),
        (("ABC123DEF", "DEF123GHIJ"), "The key id 'ABC123DEF' is not"),
        (("ABC123DEFG", "DÉF123GHIJ"), "The team id 'DÉF123GHIJ' is not"),
    ],
)
def test_ids_are_ten_letters_and_digits(ec_key, ids, sentence):
    with pytest.raises(CredentialsError, match=sentence):
        SigningKey.from_p8(pem(ec_key), *ids)


def test_it_is_its_own_source(signing_key):
    assert signing_key.current() is signing_key


def test_it_shows_whose_it_is_and_no_secret(signing_key):
    token = signing_key.provider_token(START)
    assert repr(signing_key) == "SigningKey(key_id='ABC123DEFG', team_id='DEF123GHIJ')"
    assert str(signing_key) == repr(signing_key)
    assert token not in repr(signing_key)
