"""Messages as bytes, and back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from apns_connector.errors import SnapshotError
from apns_connector.mediation import xml
from apns_connector.mediation.artifacts import Artifacts, Configuration
from apns_connector.mediation.bodies.building import build_message
from apns_connector.mediation.deployment.layout import Layout
from apns_connector.mediation.json_payload import json_text, write_json
from apns_connector.mediation.json_value import ExactFloat, JsonArray
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.reading import Language
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.snapshot import VERSION, freeze, thaw
from apns_connector.mediation.soap import SoapVersion, new_envelope

NewMessage = Callable[..., Message]
SECRET = 'a <secret> of "the" vault'


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """One without anything in it, for hundreds of messages."""
    folder = tmp_path_factory.mktemp("deployment")
    language = Language({}, {}, lambda element, reader, name: None)  # type: ignore[arg-type, return-value]
    return Configuration(Layout(folder), language, Registry(folder), None, Artifacts())


def same(message: Message) -> Message:
    return thaw(freeze(message), message.configuration)


def written(value: Any) -> Any:
    """A value so that two can be compared, whatever it is."""
    if isinstance(value, etree._Element):
        return etree.tostring(value, method="c14n", with_tail=False)
    if isinstance(value, ExactFloat):
        return value.text
    if type(value) is list:
        return [written(one) for one in value]
    return json_text(value) if isinstance(value, JsonArray | dict) else value


ADDRESSES = ("to", "action", "from_", "reply_to", "fault_to", "relates_to", "message_id")
PLAIN = (*ADDRESSES, "pox", "pox_fault", "response")


def state(message: Message) -> dict[str, Any]:
    """Everything that the flow behind the store may see."""
    properties = message.properties
    return {
        **{name: getattr(message, name) for name in PLAIN},
        "json": json_text(message.json) if message.has_json else None,
        "is_fault": message.is_fault,
        "url": dict(message.url_parameters),
        "attachments": message.attachments,
        "default": {name: written(value) for name, value in properties.default.items()},
        "axis2": {name: written(value) for name, value in properties.axis2.items()},
        "transport": list(properties.transport.fields()),
        "variables": {name: written(value) for name, value in message.variables.items()},
        "version": message.soap_version,
        "envelope": written(message.envelope),
    }


# Bodies of every kind that a gateway reads.

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
XML_TEXT = TEXT.map(xml.writable)
NAMES = st.sampled_from(["a", "apns.topic", "uri.var.x", "ä"])
NUMBERS = st.integers() | st.sampled_from([ExactFloat("1.10"), ExactFloat("1e400")])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
BOUNDARY = "limit"


def element(text: str) -> etree._Element:
    root = etree.Element("{urn:a}push", nsmap={"p": "urn:a"})
    etree.SubElement(root, "alert").text = text
    root.append(etree.Comment("said"))
    return root


def envelope(version: SoapVersion, text: str, header: bool) -> bytes:
    root = new_envelope(version, element(text))
    if header:
        block = (
            f"<h:Header xmlns:h='{version.namespace}' xmlns:w='{xml.WSA_NAMESPACES[0]}'>"
            "<w:To>urn:to</w:To><w:MessageID>urn:id</w:MessageID></h:Header>"
        )
        root.insert(0, xml.parse(block.encode()))
    return xml.serialize(root)


def related(root_type: str, kind: str, root: bytes, content: bytes) -> tuple[str, bytes]:
    part = b"--limit\r\nContent-Type: %b\r\nContent-ID: <%b>\r\n\r\n%b\r\n"
    body = part % (kind.encode(), b"root", root) + part % (b"image/png", b"file", content)
    return f'multipart/related; boundary=limit; type="{root_type}"', body + b"--limit--\r\n"


def mtom(content: bytes) -> tuple[str, bytes]:
    include = "<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:file'/>"
    payload = xml.parse(f"<upload><content>{include}</content></upload>".encode())
    root = xml.serialize(new_envelope(SoapVersion.SOAP12, payload))
    soap = "application/soap+xml"
    kind, body = related(
        "application/xop+xml", f'application/xop+xml; type="{soap}"', root, content
    )
    return f'{kind}; start-info="{soap}"', body


def form_data(text: str, content: bytes) -> tuple[str, bytes]:
    field = b'--limit\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
    body = field % (b"text", b"", text.encode()) + field % (b"file", b'; filename="f"', content)
    return "multipart/form-data; boundary=limit", body + b"--limit--\r\n"


CONTENT = st.binary(max_size=40).map(lambda content: content.replace(b"-", b"."))
SOAP = st.builds(envelope, st.sampled_from(SoapVersion), XML_TEXT, st.booleans())
BODIES = st.one_of(
    SOAP.map(
        lambda body: ("text/xml" if xml.SOAP11.encode() in body else "application/soap+xml", body)
    ),
    XML_TEXT.map(lambda text: ("application/xml", xml.serialize(element(text)))),
    JSON.map(lambda value: ("application/json", write_json(value))),
    TEXT.map(lambda text: ("text/plain; charset=utf-8", text.encode())),
    CONTENT.map(lambda content: ("application/octet-stream", content)),
    XML_TEXT.map(lambda text: ("application/x-www-form-urlencoded", f"a={text}".encode())),
    st.builds(form_data, XML_TEXT, CONTENT),
    CONTENT.map(mtom),
    st.builds(
        lambda text, content: related(
            "text/xml", "text/xml", envelope(SoapVersion.SOAP11, text, False), content
        ),
        XML_TEXT,
        CONTENT,
    ),
)
VALUES = st.one_of(
    TEXT,
    st.booleans(),
    NUMBERS,
    st.floats(allow_nan=False),
    XML_TEXT.map(element),
    st.lists(XML_TEXT.map(element), max_size=2),
    st.lists(JSON, max_size=3).map(JsonArray),
    st.dictionaries(TEXT, JSON, max_size=3),
)
PROPERTIES = st.dictionaries(NAMES, VALUES, max_size=3)


@given(body=BODIES, default=PROPERTIES, axis2=PROPERTIES, variables=PROPERTIES, header=TEXT)
def test_a_message_of_any_kind_comes_back_as_it_was(
    configuration: Configuration, body: Any, default: Any, axis2: Any, variables: Any, header: str
) -> None:
    message = build_message(
        *body,
        configuration=configuration,
        to="/services/P",
        action="urn:push",
        headers=[("X-Kept", header), ("Host", "example.com")],
        url_parameters={"a": "b"},
    ).message
    message.properties.default.update(default)
    message.properties.axis2.update(axis2)
    message.variables.update(variables)
    again = same(message)
    assert state(again) == state(message)
    assert again.configuration is configuration
    assert again.exchange is not message.exchange


@given(value=JSON, change=XML_TEXT)
def test_json_that_was_looked_at_as_xml_stays_json_until_that_is_changed(
    configuration: Configuration, value: Any, change: str
) -> None:
    message = Message.from_json(value, configuration=configuration)
    root = message.payload
    assert root is not None
    assert state(same(message)) == state(message)
    etree.SubElement(root, "more").text = change
    assert not same(message).has_json
    assert state(same(message)) == state(message)


def test_json_keeps_the_header_around_it(new_message: NewMessage) -> None:
    message = new_message("<old/>", header="<a/>", version=SoapVersion.SOAP12)
    message.replace_json({"a": 1})
    again = same(message)
    assert again.json == {"a": 1}
    assert [block.tag for block in again.envelope[0]] == ["a"]
    assert again.soap_version is SoapVersion.SOAP12
    assert state(again) == state(message)


def test_what_the_flow_has_changed_wins_over_the_header_of_the_envelope(
    new_message: NewMessage,
) -> None:
    header = f"<w:To xmlns:w='{xml.WSA_NAMESPACES[0]}'>urn:old</w:To>"
    message = new_message(header=header)
    message.to, message.action, message.pox_fault, message.response = "urn:new", None, True, True
    assert state(same(message)) == state(message)


def test_a_document_larger_and_deeper_than_a_request_may_be_comes_back(
    configuration: Configuration,
) -> None:
    message = Message.from_payload(None, configuration=configuration)
    message.replace_binary(bytes(12_000_000))
    parent = message.body
    for _ in range(400):
        parent = etree.SubElement(parent, "a")
    again = same(message)
    assert again.binary == bytes(12_000_000)
    assert len(list(again.body.iter("a"))) == 400


def test_an_attachment_comes_back_as_it_is(new_message: NewMessage) -> None:
    message = new_message(attachments={"k": Attachment("id", "image/png", b"\x00\xff", root=True)})
    assert same(message).attachments == message.attachments


def test_what_has_no_written_form_and_what_belongs_to_the_request_is_left_out(
    new_message: NewMessage,
) -> None:
    message = new_message()
    message.properties.set("ERROR_EXCEPTION", ValueError("no"))
    message.properties.set("object", object())
    message.properties.set("comment", etree.Comment("no"))
    message.properties.set("nodes", ["text", object()])
    message.properties.set("members", {"a": object()})
    message.properties.set("x", "1", "operation")
    message.properties.set("y", "1", "axis2-client")
    again = same(message)
    assert again.properties.default == {}
    assert again.properties.operation == {}
    assert again.properties.axis2_client == {}


def test_half_a_character_becomes_a_replacement(new_message: NewMessage) -> None:
    message = new_message()
    message.properties.set("a", "x\ud800")
    assert same(message).properties.get("a") == "x\ufffd"


# Secrets.


@pytest.mark.parametrize("scope", ["default", "axis2"])
@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        f"with {SECRET} in it",
        JsonArray([{"a": SECRET}]),
        element(SECRET),
        [element(SECRET)],
    ],
)
def test_a_value_that_holds_a_secret_of_the_vault_is_left_out(
    new_message: NewMessage, scope: str, value: Any
) -> None:
    message = new_message()
    message.secrets.add(SECRET)
    message.properties.set("a", value, scope)
    message.properties.set("b", "kept", scope)
    message.variables["a"] = value
    content = freeze(message)
    again = thaw(content, message.configuration)
    assert dict(again.properties.scope(scope)) == {"b": "kept"}
    assert again.variables == {}
    assert b"secret" not in content


def test_a_header_that_holds_a_secret_of_the_vault_is_left_out(new_message: NewMessage) -> None:
    message = new_message(headers=[("X-A", f"Key {SECRET}"), ("X-B", "kept")])
    message.secrets.add(SECRET)
    assert list(same(message).properties.transport.fields()) == [("X-B", "kept")]


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("apns.password", "default"),
        ("proxyPassword", "axis2"),
        ("Authorization", "transport"),
        ("cookie", "transport"),
        ("X-Secret", "transport"),
    ],
)
def test_what_holds_a_password_by_its_name_is_left_out(
    new_message: NewMessage, name: str, scope: str
) -> None:
    message = new_message()
    message.properties.set(name, "tiger", scope)
    assert b"tiger" not in freeze(message)


@pytest.mark.parametrize("json", [True, False])
def test_a_payload_with_a_secret_of_the_vault_is_refused(
    new_message: NewMessage, json: bool
) -> None:
    message = new_message()
    message.secrets.update({SECRET, ""})
    if json:
        message.replace_json({"a": SECRET})
    else:
        message.replace_payload(element(SECRET))
    with pytest.raises(SnapshotError, match="in its payload") as refused:
        freeze(message)
    assert "secret>" not in str(refused.value)


def test_an_address_or_attachment_with_a_secret_is_not_kept(new_message: NewMessage) -> None:
    message = new_message(to=f"http://user:{SECRET}@there/")
    message.secrets.add(SECRET)
    assert same(message).to is None
    message.attachments["k"] = Attachment("k", "text/plain", SECRET.encode())
    with pytest.raises(SnapshotError):
        freeze(message)


def test_what_the_caller_sent_is_kept_as_it_was_sent(new_message: NewMessage) -> None:
    payload = same(new_message("<a><password>tiger</password></a>")).payload
    assert payload is not None
    assert payload.findtext("password") == "tiger"


# Damage.


def test_json_without_a_form_is_refused(configuration: Configuration) -> None:
    message = Message.from_json({"a": object()}, configuration=configuration)
    with pytest.raises(SnapshotError, match="cannot be kept"):
        freeze(message)


@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_damaged_snapshot_is_another_message_or_told_as_damaged(
    configuration: Configuration, position: int, bit: int
) -> None:
    message = Message.from_payload(element("x"), configuration=configuration)
    message.properties.default.update(a=element("y"), b=JsonArray([1]), c=[element("z")])
    content = bytearray(freeze(message))
    content[position % len(content)] ^= 1 << bit
    try:
        thaw(bytes(content), configuration)
    except SnapshotError as error:
        assert str(error).startswith("The kept message is ")  # noqa: PT017 - both ends are right


@given(length=st.integers(0, 10_000))
def test_a_snapshot_that_was_cut_off_is_told_as_damaged(
    configuration: Configuration, length: int
) -> None:
    content = freeze(Message.from_payload(element("x"), configuration=configuration))
    with pytest.raises(SnapshotError, match="damaged"):
        thaw(content[: length % len(content)], configuration)


def test_a_snapshot_of_a_later_version_is_told_as_such(configuration: Configuration) -> None:
    content = freeze(Message.from_payload(None, configuration=configuration))
    with pytest.raises(SnapshotError, match=f"version {VERSION + 1}, and this gateway reads"):
        thaw(bytes([VERSION + 1]) + content[1:], configuration)


def test_binary_content_is_base64_in_the_envelope(configuration: Configuration) -> None:
    message = Message.from_payload(None, configuration=configuration)
    message.replace_binary(b"\x00\x01")
    assert base64.b64encode(b"\x00\x01") in freeze(message)
