"""What log lines do not show."""

from __future__ import annotations

import time

import pytest

from apns_connector.mediation import xml
from apns_connector.mediation.redaction import (
    is_secret,
    redacted_json,
    redacted_line,
    redacted_property,
    redacted_xml,
    secrets_in,
    secrets_in_json,
    without_secrets,
)

TOKEN = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "name", ["password", "apns.password", "PASSWORD", "keyPassphrase", "pwd", "clientSecret"]
)
def test_names_that_end_in_a_word_for_password_are_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["passwordHint", "alert", ""])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret(name)


def test_the_value_of_a_secret_property_is_masked() -> None:
    assert redacted_property("apns.password", "s3cret") == "apns.password = ***"
    assert redacted_property("apns.password", None) == "apns.password = null"
    assert redacted_property("apns.password", "") == "apns.password = "
    assert redacted_property("alert", "hi") == "alert = hi"


@pytest.mark.parametrize(
    "token",
    [
        TOKEN,
        TOKEN.upper(),
        TOKEN * 2,
        " ".join(TOKEN[start : start + 8] for start in range(0, 64, 8)),
        "-".join(TOKEN[start : start + 4] for start in range(0, 64, 4)),
    ],
)
def test_of_a_device_token_only_the_end_is_left(token: str) -> None:
    line = redacted_line(f"token={token}, done")
    assert line == f"token=…{token[-8:]}, done"


def test_shorter_hexadecimal_numbers_stay() -> None:
    line = f"MessageID: urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8, {TOKEN[:63]}"
    assert redacted_line(line) == line


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("<password>s3cret</password>", "<password>***</password>"),
        ("<a:Password x='y'>s3cret</a:Password>", "<a:Password x='y'>***</a:Password>"),
        ("<x password='s3cret'/>", '<x password="***"/>'),
        ("<password/><alert>hi</alert>", "<password/><alert>hi</alert>"),
        ("<passwordHint>dog</passwordHint>", "<passwordHint>dog</passwordHint>"),
        ("&lt;Pwd&gt;s3&amp;cret&lt;/Pwd&gt;", "&lt;Pwd&gt;***&lt;/Pwd&gt;"),
        ('{"password": "s3cret", "x": 1}', '{"password": "***", "x": 1}'),
    ],
)
def test_passwords_in_xml_or_json_that_is_part_of_a_line_are_masked(line: str, masked: str) -> None:
    assert redacted_line(line) == masked


def test_passwords_in_an_envelope_are_masked_whole_and_the_envelope_itself_stays() -> None:
    envelope = xml.parse(b"<e><a:password xmlns:a='urn:a'>s3<b>cr</b>et</a:password><x>y</x></e>")
    assert redacted_xml(envelope) == ('<e><a:password xmlns:a="urn:a">***</a:password><x>y</x></e>')
    assert b"s3" in xml.serialize(envelope)


def test_an_element_without_secrets_is_printed_as_it_is() -> None:
    assert redacted_xml(xml.parse(b"<e><x>y</x></e>")) == "<e><x>y</x></e>"


def test_known_secrets_are_masked_wherever_they_stand_longest_first() -> None:
    assert without_secrets("abc ab a&amp;b", ["ab", "abc", "a&b", ""]) == "*** *** ***"


def test_the_secrets_of_an_envelope_are_the_texts_of_its_password_elements() -> None:
    envelope = xml.parse(b"<e><password> s3<b>cret</b> </password><password/><x>y</x></e>")
    assert secrets_in(envelope) == {"s3cret"}


def test_an_attribute_that_holds_a_secret_counts_as_one_of_the_envelope() -> None:
    assert secrets_in(xml.parse(b"<e userPassword='s3cret' x='y'/>")) == {"s3cret"}


def test_of_a_flood_of_secrets_only_so_many_are_looked_for() -> None:
    flood = "".join(f"<pwd>{number}</pwd>" for number in range(500))
    assert len(secrets_in(xml.parse(f"<e>{flood}</e>".encode()))) == 100


@pytest.mark.parametrize(
    "line",
    [
        "a " * 500_000,
        ("a " * 62 + "x") * 8_000,
        "<" + "password" * 125_000,
        "<password " * 100_000,
        "&lt;password&gt;x" * 60_000,
        "password" + " " * 1_000_000,
        'password="' * 100_000,
        "secret'" * 140_000,
    ],
    ids=lambda line: repr(line[:20]),
)
def test_a_line_that_a_client_made_for_it_takes_no_longer_than_others(line: str) -> None:
    started = time.process_time()
    redacted_line(line)
    # Some 0.2 s for a million characters; an expression that looks again and again takes minutes.
    assert time.process_time() - started < 5


def test_whatever_is_under_a_name_for_a_secret_is_masked_in_json() -> None:
    value = {"a": [{"password": "x", "b": 1}], "pwd": {"c": "y"}, "secret": None}
    assert redacted_json(value) == '{"a":[{"password":"***","b":1}],"pwd":"***","secret":null}'
    assert value["pwd"] == {"c": "y"}


def test_the_secrets_of_json_are_the_texts_under_such_names() -> None:
    value = {"a": [{"password": "s3cret"}, [{"pwd": ""}]], "keyPassphrase": "t", "x": "y"}
    assert secrets_in_json(value) == {"s3cret", "t"}
    assert secrets_in_json("password") == set()
    assert len(secrets_in_json([{"pwd": str(number)} for number in range(500)])) == 100
