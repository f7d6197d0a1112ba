from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_store import MessageStoreDefinition
from apns_connector.processing.lane import is_ordered, lane_of, problem_with_ordering

SPACE = "http://ws.apache.org/ns/synapse"


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    file = tmp_path / "synapse.xml"
    file.write_text(
        f"<definitions xmlns='{SPACE}'><messageStore name='none'/>"
        "<messageStore name='device'><parameter name='ordering'>device</parameter></messageStore>"
        "<messageStore name='own'><parameter name='ordering.expression' expression='//user'/>"
        "</messageStore></definitions>"
    )
    return read_deployment(file, classes={})


def lane(configuration: Configuration, store: str, content: Any, **properties: Any) -> str:
    if isinstance(content, str):
        payload = etree.fromstring(content.encode())
        message = Message.from_payload(payload, configuration=configuration)
    else:
        message = Message.from_json(content, configuration=configuration)
    for name, value in properties.items():
        message.properties.set(name.replace("_", "."), value)
    return lane_of(message, configuration.stores[store])


def test_without_an_order_there_is_no_lane(configuration):
    assert lane(configuration, "none", {"deviceToken": "ab"}, deviceToken="cd") == ""


def test_the_device_is_the_one_that_a_property_names(configuration):
    for name in ("deviceToken", "apns_deviceToken"):
        assert lane(configuration, "device", {"deviceToken": "ef"}, **{name: "AB cd"}) == "abcd"


def test_or_the_first_element_or_member_of_that_name(configuration):
    inner = "<x:b xmlns:x='u'><x:deviceToken> AB </x:deviceToken></x:b>"
    xml = f"<a>{inner}<deviceToken>c</deviceToken></a>"
    assert lane(configuration, "device", xml) == "ab"
    json = {"list": [{"deviceToken": 1}, {"deviceToken": "AB"}], "deviceToken": "last"}
    assert lane(configuration, "device", [json]) == "last"
    assert lane(configuration, "device", json["list"]) == "ab"


def test_a_message_of_no_device_is_in_no_lane(configuration):
    assert lane(configuration, "device", {"user": "x"}) == ""
    assert lane(configuration, "device", "<a/>") == ""


def test_an_expression_says_what_is_to_be_in_order(configuration):
    assert lane(configuration, "own", "<a><user> Ann </user></a>") == "Ann"
    assert lane(configuration, "own", "<a/>") == ""


def test_a_store_that_keeps_no_order_is_refused_for_one():
    ordered = MessageStoreDefinition("S", None, {"ordering": "device"})
    assert is_ordered(ordered)
    assert "keeps no order" in (problem_with_ordering(ordered, keeps_order=False) or "")
    assert problem_with_ordering(ordered, keeps_order=True) is None
    assert problem_with_ordering(MessageStoreDefinition("S"), keeps_order=False) is None


def test_another_word_than_device_is_refused():
    wrong = MessageStoreDefinition("S", None, {"ordering": "user"})
    assert "'user' is not 'device'" in (problem_with_ordering(wrong, keeps_order=True) or "")
