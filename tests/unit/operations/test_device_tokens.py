"""Many device tokens in one parameter: whatever shape a flow has them in."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.operations.device_tokens import read_device_tokens
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import Parameters

A, B = "ab" * 32, "CD" * 32
ELEMENTS = f"<t>{A}</t><t>{B}</t>"


@pytest.fixture
def tokens(called):
    return lambda value: read_device_tokens(Parameters(called("test", deviceTokens=value), "test"))


@pytest.mark.parametrize(
    "value",
    [
        f'["{A}", "{B}"]',
        f" [ '{A}' ".replace("'", '"') + f',"{B}"]\n',
        f"{A},{B}",
        f" {A}\n\t{B} ",
        f"{A} ; {B},",
        ELEMENTS,
        f"<all>\n {ELEMENTS.replace('><', '> <')} </all>",
        etree.fromstring(f"<all>{ELEMENTS}</all>"),
        etree.fromstring(f"<x:all xmlns:x='urn:x'><x:user> {ELEMENTS} </x:user><t/></x:all>"),
    ],
)
def test_device_tokens_are_found(tokens, value):
    assert tokens(value) == [A, B]


@pytest.mark.parametrize("value", [A, f'["{A}"]', etree.fromstring(f"<t>{A}</t>")])
def test_one_is_many_enough(tokens, value):
    assert tokens(value) == [A]


def test_each_is_kept_as_it_was_given(tokens):
    assert tokens('["<AB AB-CD>", "no token"]') == ["<AB AB-CD>", "no token"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "Mandatory property apns.deviceTokens is missing."),
        ("", "There is no device token in <apns.deviceTokens>"),
        (" , ", "There is no device token in <apns.deviceTokens>"),
        ("[]", "There is no device token in <apns.deviceTokens>"),
        (etree.fromstring("<all/>"), "There is no device token in <apns.deviceTokens>"),
        ('["a', "Property <apns.deviceTokens> begins as a JSON array and is no array of texts"),
        ("[1]", "Property <apns.deviceTokens> begins as a JSON array and is no array of texts"),
        ("<a>", "Property <apns.deviceTokens> begins as XML and is none"),
    ],
)
def test_nothing_to_send_to_is_a_failure(tokens, value, sentence):
    with pytest.raises(OperationError) as caught:
        tokens(value)
    assert (caught.value.code, str(caught.value)) == ("APNS_000001", sentence)
