"""Topics and environments of push certificates."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.simulator.authority import Authority
from apns_connector.simulator.client_certificate import (
    ClientCertificate,
    read_client_certificate,
    topic_list,
)

APP = "com.example.app"


AUTHORITY = Authority.create()


@pytest.fixture
def authority():
    return AUTHORITY


def read(identity):
    return read_client_certificate(identity.certificate.public_bytes(Encoding.DER))


def test_without_a_list_the_topic_is_the_subject_uid(authority):
    certificate = read(authority.push_certificate(APP))
    assert certificate.topics == (APP,)
    assert certificate.default_topic == APP


def test_the_list_of_a_universal_certificate_gives_all_topics_and_no_default(authority):
    listed = {APP: "app", APP + ".voip": "voip", APP + ".complication": "complication"}
    certificate = read(authority.push_certificate(APP, topics=listed))
    assert certificate.topics == tuple(listed)
    assert certificate.default_topic is None


def test_a_list_longer_than_127_bytes_is_read(authority):
    listed = {f"com.example.app{n}": f"label{n}" for n in range(100)}
    assert read(authority.push_certificate(APP, topics=listed)).topics == tuple(listed)


@pytest.mark.parametrize(
    ("environments", "serves_sandbox", "serves_production"),
    [
        ({"sandbox", "production"}, True, True),
        ({"sandbox"}, True, False),
        ({"production"}, False, True),
        (set(), True, True),
    ],
)
def test_the_flags_say_which_environment_it_is_for(
    environments, serves_sandbox, serves_production, authority
):
    certificate = read(authority.push_certificate(APP, environments=frozenset(environments)))
    assert certificate.serves("sandbox") is serves_sandbox
    assert certificate.serves("production") is serves_production


def test_the_authority_itself_is_no_push_certificate(authority):
    der = authority.certificate.public_bytes(Encoding.DER)
    assert read_client_certificate(der) == ClientCertificate((), frozenset())


def test_what_is_no_certificate_is_a_value_error():
    with pytest.raises(ValueError):
        read_client_certificate(b"no certificate")


def test_the_list_has_the_layout_that_apple_shows():
    assert topic_list({"ab": "c"}) == bytes.fromhex("3009 0c02 6162 3003 0c01 63".replace(" ", ""))


@given(st.binary(max_size=60))
def test_a_broken_list_never_fails(content):
    builder = x509.CertificateBuilder().subject_name(x509.Name([]))
    builder = builder.issuer_name(AUTHORITY.certificate.subject).serial_number(1)
    builder = builder.not_valid_before(AUTHORITY.certificate.not_valid_before_utc)
    builder = builder.not_valid_after(AUTHORITY.certificate.not_valid_after_utc)
    builder = builder.public_key(AUTHORITY.key.public_key())
    oid = x509.ObjectIdentifier("1.2.840.113635.100.6.3.6")
    builder = builder.add_extension(x509.UnrecognizedExtension(oid, content), critical=False)
    der = builder.sign(AUTHORITY.key, SHA256()).public_bytes(Encoding.DER)
    assert isinstance(read_client_certificate(der).topics, tuple)
