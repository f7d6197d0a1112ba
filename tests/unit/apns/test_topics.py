from __future__ import annotations

import pytest

from apns_connector.apns.topics import read_environments, read_topics
from apns_connector.errors import CredentialsError

APP = "com.example.app"
ALL = (APP, f"{APP}.voip", f"{APP}.complication")
NULL = b"\x05\x00"


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
