"""Certificates of the simulator's own authority."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from apns_connector.errors import CredentialsError
from apns_connector.simulator.authority import Authority


@pytest.fixture(scope="module")
def authority():
    return Authority.create()


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "api.push.apple.com",
        "api.sandbox.push.apple.com",
        "api-broadcast.push.apple.com",
        "api-broadcast.sandbox.push.apple.com",
        "api-manage-broadcast.push.apple.com",
        "api-manage-broadcast.sandbox.push.apple.com",
    ],
)
def test_the_server_certificate_is_valid_for_localhost_and_apples_names(name, authority):
    server = authority.server().certificate
    verifier = PolicyBuilder().store(Store([authority.certificate]))
    chain = verifier.build_server_verifier(x509.DNSName(name)).verify(server, [])
    assert chain == [server, authority.certificate]


def test_the_authority_is_constrained_to_names_that_the_simulator_uses(authority):
    constraints = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    permitted = [str(name.value) for name in constraints.value.permitted_subtrees]
    assert permitted == ["localhost", "push.apple.com", "127.0.0.0/8", "::1/128"]


def test_a_push_certificate_names_topic_and_team_as_apples_do(authority):
    subject = authority.push_certificate("com.example.app").certificate.subject
    values = {attribute.oid: attribute.value for attribute in subject}
    assert values[NameOID.USER_ID] == "com.example.app"
    assert values[NameOID.COMMON_NAME] == "Apple Push Services: com.example.app"
    assert values[NameOID.ORGANIZATIONAL_UNIT_NAME] == "DEMOTEAM01"


def test_a_certificate_can_have_expired(authority):
    good = authority.push_certificate("a.b").certificate
    expired = authority.push_certificate("a.b", days=-1).certificate
    assert expired.not_valid_before_utc < expired.not_valid_after_utc
    assert expired.not_valid_after_utc < good.not_valid_before_utc


def test_the_authority_knows_its_own_certificates(authority):
    own = authority.push_certificate("a.b").certificate
    foreign = Authority.create().push_certificate("a.b").certificate
    assert authority.issued(own)
    assert not authority.issued(foreign)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("rsa_key", [False, True])
def test_an_identity_can_be_written_with_modern_and_old_encryption(legacy, rsa_key, authority):
    identity = authority.push_certificate("a.b", rsa_key=rsa_key)
    content = identity.to_pkcs12("secret", legacy=legacy)
    key, certificate, _ = pkcs12.load_key_and_certificates(content, b"secret")
    assert certificate == identity.certificate
    assert key.public_key() == identity.key.public_key()
    with pytest.raises(ValueError):
        pkcs12.load_key_and_certificates(content, b"wrong")


def test_an_authority_goes_through_pkcs12(authority):
    again = Authority.from_pkcs12(authority.to_pkcs12("secret"), "secret")
    assert again.certificate == authority.certificate
    assert again.issued(authority.server().certificate)


@pytest.mark.parametrize("content", [b"", b"no PKCS#12"])
def test_an_unreadable_authority_is_refused_with_advice(content):
    with pytest.raises(CredentialsError, match="delete it"):
        Authority.from_pkcs12(content, "secret")


def test_private_keys_do_not_show(authority):
    assert "PrivateKey" not in repr(authority)
    assert "PrivateKey" not in repr(authority.server())
