"""Keys, known by their digests."""

import hashlib

import pytest

from apns_connector.errors import ConfigurationError, VaultError
from apns_connector.rest.api_keys import ApiKeys, read_api_keys
from apns_connector.rest.options import ApiKeyOptions


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture
def keys() -> ApiKeys:
    secrets = {"rest.ops": "the key of ops"}
    return read_api_keys(
        {
            "billing": ApiKeyOptions(sha256=digest("the key of billing").upper(), may=("send",)),
            "ops": ApiKeyOptions(alias="rest.ops"),
        },
        secrets.__getitem__,
    )


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Bearer the key of billing", "billing"),
        ("bearer  the key of ops ", "ops"),
        ("Bearer the key of Billing", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic the key of billing", None),
        ("the key of billing", None),
        ("Bearer \xff\udc80", None),
        ("", None),
        (None, None),
    ],
)
def test_a_header_bears_a_key_that_is_known_or_not(keys, header, name):
    found = keys.find(header)
    assert (None if found is None else found.name) == name


def test_a_key_may_what_it_may(keys):
    assert keys.find("Bearer the key of billing").may == ("send",)
    assert keys.find("Bearer the key of ops").may == ("send", "unregistered")


def test_no_digest_is_shown(keys):
    shown = repr(keys.find("Bearer the key of billing"))
    assert shown == "ApiKey('billing', may send)"


@pytest.mark.parametrize("given", [ApiKeyOptions(), ApiKeyOptions(sha256="0" * 64, alias="a")])
def test_a_key_is_given_in_exactly_one_way(given):
    with pytest.raises(ConfigurationError, match=r"api_keys\.k needs either sha256 or alias"):
        read_api_keys({"k": given}, str)


def test_without_keys_there_is_no_api():
    with pytest.raises(ConfigurationError, match="names no key"):
        read_api_keys({}, str)


def test_an_alias_that_the_vault_does_not_know_is_told():
    def secret(alias):
        raise VaultError(f"no secret '{alias}'")

    with pytest.raises(VaultError, match="no secret 'a'"):
        read_api_keys({"k": ApiKeyOptions(alias="a")}, secret)
