from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID, NameOID

from apns_connector.apns.topics import by_push_type, read_environments, read_topics
from apns_connector.errors import CredentialsError

APP = "com.example.app"
ALL = (APP, f"{APP}.voip", f"{APP}.complication")
NULL = b"\x05\x00"
STARTS, ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)


def test_the_topics_of_a_universal_certificate_are_in_its_extension(issue, ec_key, topic_list):
    certificate = issue(ec_key, extensions={"6": topic_list(*ALL)})
    assert read_topics(certificate) == ALL


def test_a_voip_certificate_has_them_in_an_extension_of_its_own(issue, ec_key, topic_list):
    certificate = issue(ec_key, extensions={"4": topic_list(f"{APP}.voip")})
    assert read_topics(certificate) == (f"{APP}.voip",)


def test_the_universal_list_comes_first(issue, ec_key, topic_list):
    lists = {"4": topic_list(f"{APP}.voip"), "6": topic_list(*ALL)}
    assert read_topics(issue(ec_key, extensions=lists)) == ALL


def test_without_a_list_the_uid_of_the_subject_is_the_topic(issue, ec_key):
    assert read_topics(issue(ec_key, uid="com.apple.mgmt.External.1")) == (
        "com.apple.mgmt.External.1",
    )


def test_a_certificate_without_list_and_uid_has_no_topic(issue, ec_key):
    assert read_topics(issue(ec_key, uid=None)) == ()


def test_a_list_longer_than_127_bytes_is_read_as_well(issue, ec_key, topic_list):
    topics = tuple(f"com.example.app{number}.{'x' * 100}" for number in range(5))
    assert read_topics(issue(ec_key, extensions={"6": topic_list(*topics)})) == topics


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30",
        b"\x30\x05\x0c",
        b"\x0c\x01a",
        b"\x30\x03\x0c\x05a",
        b"\x30\x04\x0c\x02\xff\xfe",
    ],
)
def test_a_damaged_list_is_an_error_and_not_an_empty_one(issue, ec_key, content):
    with pytest.raises(CredentialsError, match="The list of topics in the certificate is damaged"):
        read_topics(issue(ec_key, extensions={"6": content}))


@pytest.mark.parametrize(
    ("flags", "environments"),
    [
        ({"1": NULL}, (True, False)),
        ({"2": NULL}, (False, True)),
        ({"1": NULL, "2": NULL}, (True, True)),
        ({}, (True, True)),
    ],
)
def test_the_environments_are_flags(issue, ec_key, flags, environments):
    assert read_environments(issue(ec_key, extensions=flags)) == environments


def test_a_damaged_extension_of_another_kind_is_an_error_of_the_credentials(ec_key):
    name = x509.Name([x509.NameAttribute(NameOID.USER_ID, APP)])
    damaged = x509.UnrecognizedExtension(ExtensionOID.BASIC_CONSTRAINTS, b"garbage")
    certificate = (
        x509.CertificateBuilder(name, name, ec_key.public_key(), 1, STARTS, ENDS)
        .add_extension(damaged, critical=False)
        .sign(ec_key, hashes.SHA256())
    )
    with pytest.raises(CredentialsError, match="An extension of the certificate is damaged"):
        read_topics(certificate)


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (ALL, {"alert": APP, "mdm": APP, "voip": f"{APP}.voip", "complication": ALL[2]}),
        ((APP,), {"alert": APP, "background": APP}),
        ((f"{APP}.voip",), {"voip": f"{APP}.voip"}),
    ],
)
def test_a_push_type_has_a_topic_if_the_certificate_lists_it(topics, expected):
    assert expected.items() <= by_push_type(topics).items()


def test_a_push_type_whose_topic_is_not_listed_has_none():
    assert {"complication", "pushtotalk", "location", "liveactivity"}.isdisjoint(
        by_push_type((APP, f"{APP}.voip"))
    )


def test_without_topics_no_push_type_has_one():
    assert by_push_type(()) == {}
