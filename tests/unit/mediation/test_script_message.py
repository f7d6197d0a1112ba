"""What a script sees of a message, and what it did to it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.json_value import ExactFloat, JsonArray
from apns_connector.mediation.message import Message
from apns_connector.mediation.script_message import apply, view_of
from apns_connector.mediation.soap import SoapVersion

NewMessage = Callable[..., Message]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("text", "text"),
        (5, 5),
        (True, True),
        (2.5, 2.5),
        (float("inf"), "inf"),
        (ExactFloat("1.10"), 1.1),
        (xml.parse(b"<a><b/></a>"), "<a><b/></a>"),
        ([xml.parse(b"<a>1</a>")], "1"),
        (JsonArray([1]), [1]),
        ({"a": ExactFloat("1e999")}, {"a": "1e999"}),
        (MediationError("why"), "why"),
    ],
)
def test_properties_are_shown_as_javascript_knows_them(
    new_message: NewMessage, value: Any, shown: Any
) -> None:
    message = new_message()
    message.properties.set("p", value)
    message.variables["v"] = value
    view = view_of(message, "")
    assert view["scopes"]["default"] == {"p": shown}
    assert view["variables"] == {"v": shown}
    json.dumps(view, allow_nan=False)


def test_the_message_itself_is_shown(new_message: NewMessage) -> None:
    message = new_message(to="/to", action="urn:a", headers=[("X-A", "1")])
    view = view_of(message, "")
    assert view["scopes"]["transport"] == {"X-A": "1"}
    assert view["addresses"]["To"] == "/to"
    assert (view["action"], view["messageID"]) == ("urn:a", message.message_id)
    assert (view["response"], view["fault"], view["pox"]) == (False, False, False)


def test_content_is_shown_only_when_it_is_asked_for(new_message: NewMessage) -> None:
    message = new_message("<a/>")
    assert "payloadXML" not in view_of(message, "mc.getProperty('x')")
    asked = "getPayloadXML getPayloadJSON getPayloadText getEnvelopeXML isSOAP11"
    view = view_of(message, asked)
    assert (view["payloadXML"], view["payloadJSON"], view["soap11"]) == ("<a/>", {}, True)
    assert view["payloadText"] == view["envelopeXML"]
    assert view_of(new_message(""), asked)["payloadXML"] is None
    message.replace_json({"n": ExactFloat("1.10")})
    view = view_of(message, asked)
    assert (view["payloadJSON"], view["payloadText"]) == ({"n": 1.1}, '{"n":1.10}')


def test_the_payload_is_changed(new_message: NewMessage) -> None:
    message = new_message("<a/>")
    apply([["payloadJSON", '{"b": 1}']], message)
    assert message.json == {"b": 1}
    assert message.properties.axis2["messageType"] == "application/json"
    apply([["payloadXML", " <c/> "]], message)
    assert [child.tag for child in message.body] == ["c"]
    assert message.properties.axis2["messageType"] == "application/xml"
    empty = new_message("")
    apply([["payloadXML", "<c/>"]], empty)
    assert [child.tag for child in empty.body] == ["c"]


@pytest.mark.parametrize("version", SoapVersion)
def test_header_blocks_are_added(new_message: NewMessage, version: SoapVersion) -> None:
    message = new_message(version=version)
    apply([["addHeader", True, "<h:a xmlns:h='urn:h'/>"], ["addHeader", False, "<b/>"]], message)
    assert message.header is not None
    assert message.envelope[0] is message.header
    name = f"{{{version.namespace}}}mustUnderstand"
    assert [block.get(name) for block in message.header] == ["1", "0"]


def test_properties_and_variables_are_changed(new_message: NewMessage) -> None:
    message = new_message(headers=[("X-A", "1")])
    apply(
        [
            ["setProperty", "n", 2.0, "default"],
            ["setProperty", "x", "<a/>", "default"],
            ["setProperty", "y", "<a", "default"],
            ["setProperty", "z", "<a/>", "axis2"],
            ["setProperty", "messageType", "text/plain", "axis2"],
            ["removeProperty", "x-a", "transport"],
            ["setVariable", "v", [1]],
        ],
        message,
    )
    default = message.properties.default
    assert isinstance(default["n"], int)
    assert default["x"].tag == "a"
    assert default["y"] == "<a"
    assert message.properties.axis2["z"] == "<a/>"
    assert message.properties.axis2["ContentType"] == "text/plain"
    assert dict(message.properties.transport) == {"Content-Type": "text/plain"}
    assert isinstance(message.variables["v"], JsonArray)


def test_addresses_and_action_are_changed(new_message: NewMessage) -> None:
    message = new_message()
    apply([["setAddress", "FaultTo", "http://f/"], ["setAction", "urn:b"]], message)
    assert (message.fault_to, message.action) == ("http://f/", "urn:b")


def test_what_a_script_logs_has_no_secrets_in_it(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    message = new_message()
    message.secrets.add("s3cret")
    with caplog.at_level(logging.DEBUG):
        apply([["log", "warn", f"s3cret {'0123456789abcdef' * 4}"]], message)
    assert caplog.messages == ["*** …89abcdef"]


@pytest.mark.parametrize(
    "change", [["payloadXML", "<a>"], ["addHeader", True, "text"], ["payloadJSON", "["]]
)
def test_what_is_none_is_a_failure(new_message: NewMessage, change: list[Any]) -> None:
    with pytest.raises(MediationError, match="The script"):
        apply([change], new_message())
