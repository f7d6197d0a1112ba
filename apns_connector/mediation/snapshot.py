"""A message as bytes, so that a store can keep it, and a message of them again.

What is kept: the payload with its envelope, attachments, addresses, the properties of the scopes
default and axis2, the transport headers, variables, and the parameters of the URL. The scope
operation, template parameters and the place in the flow belong to the request, which ends without
the message.

No secret of the vault is written. A property, header, variable or address that holds one is left
out, and so is one that by its name holds a password: the flow behind the store looks it up again. A
payload or attachment that holds one is refused. What the caller sent is kept as it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import msgspec

from apns_connector.errors import JsonError, SnapshotError, XmlError
from apns_connector.mediation.content import body_of
from apns_connector.mediation.json_payload import write_json
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.redaction import is_secret
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.mediation.written_value import (
    NotWritable,
    own_json,
    read_extension,
    writable_text,
    writable_value,
)
from apns_connector.mediation.xml import Element, detached_copy, parse_own, serialize

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

# The first byte of a snapshot. A change that older readers cannot read takes the next one.
VERSION = 1
# With these a client identifies itself to the gateway.
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})
# Addresses and marks of a message, in the order in which they are written.
_TEXTS = ("to", "action", "from_", "reply_to", "fault_to", "relates_to")
_MARKS = ("pox", "pox_fault", "response")


class _Attachment(msgspec.Struct, array_like=True, frozen=True):
    key: str
    content_id: str
    content_type: str
    content: bytes
    root: bool


class _Snapshot(msgspec.Struct, array_like=True, frozen=True):
    """``json`` is the payload where there is one; then ``envelope`` is without content, or ``None``
    when nobody has looked at it. A new member goes to the end, with a default."""

    message_id: str
    envelope: bytes | None
    json: bytes | None
    texts: list[str | None]
    marks: list[bool]
    default: dict[str, Any]
    axis2: dict[str, Any]
    transport: list[tuple[str, str]]
    variables: dict[str, Any]
    url_parameters: dict[str, str]
    attachments: list[_Attachment]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Snapshot, ext_hook=read_extension)
_MARK = bytes([VERSION])


# Writing.


def freeze(message: Message) -> bytes:
    """The message in bytes, which are for nobody's eyes: the payload is among them. Raises
    SnapshotError for a payload that cannot be written, or that holds a secret of the vault."""
    secrets = message.secrets - {""}
    properties = message.properties
    envelope, json = _payload(message)
    if secrets:
        contents = [one.content for one in message.attachments.values()]
        _refuse_secrets((envelope, json, *contents), secrets)
    snapshot = _Snapshot(
        message_id=message.message_id,
        envelope=envelope,
        json=json,
        texts=[_text(getattr(message, name), secrets) for name in _TEXTS],
        marks=[getattr(message, name) for name in _MARKS],
        default=_values(properties.default, secrets),
        axis2=_values(properties.axis2, secrets),
        transport=_headers(properties.transport.fields(), secrets),
        variables=_values(message.variables, secrets),
        url_parameters=dict(message.url_parameters),
        attachments=[
            _Attachment(key, one.content_id, one.content_type, one.content, one.root)
            for key, one in message.attachments.items()
        ],
    )
    return _MARK + _encoder.encode(snapshot)


def _payload(message: Message) -> tuple[bytes | None, bytes | None]:
    """The envelope, and the JSON."""
    if not message.has_json:
        return serialize(message.envelope), None
    try:
        json = write_json(message.json)
    except JsonError as error:
        raise SnapshotError(f"The message cannot be kept: {error}") from error
    frame = message.frame_of_payload
    return None if frame is None else serialize(_emptied(frame)), json


def _emptied(envelope: Element) -> Element:
    """The envelope without its payload. Most have no header, and so nothing else in them."""
    copy = detached_copy(envelope)
    body_of(copy)[:] = []
    return copy


def _text(text: str | None, secrets: set[str]) -> str | None:
    return None if text is None or _holds(text, secrets) else writable_text(text)


def _values(values: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
    """Those that have a written form and hold no secret."""
    written: dict[str, Any] = {}
    for name, value in values.items():
        try:
            form = writable_value(value)
        except NotWritable:
            continue
        if not is_secret(name) and not (secrets and _holds(form, secrets)):
            written[writable_text(name)] = form
    return written


def _headers(fields: Iterable[tuple[str, Any]], secrets: set[str]) -> list[tuple[str, str]]:
    return [
        (writable_text(name), writable_text(str(value)))
        for name, value in fields
        if not is_secret(name)
        and name.lower() not in _CREDENTIALS
        and not (secrets and _holds(str(value), secrets))
    ]


def _holds(form: Any, secrets: set[str]) -> bool:
    if isinstance(form, msgspec.msgpack.Ext):
        return _in_bytes(bytes(form.data), secrets)
    return isinstance(form, str) and any(secret in form for secret in secrets)


def _in_bytes(content: bytes, secrets: set[str]) -> bool:
    """Also as XML and JSON escape it."""
    return any(
        form in content
        for secret in secrets
        for form in {secret.encode(), escape(secret).encode(), write_json(secret)[1:-1]}
    )


def _refuse_secrets(contents: Iterable[bytes | None], secrets: set[str]) -> None:
    if any(content is not None and _in_bytes(content, secrets) for content in contents):
        raise SnapshotError(
            "The message cannot be kept: a secret of the vault is in its payload. Put it there in "
            "the flow behind the store, which can look it up itself"
        )


# Reading.


def thaw(content: bytes, configuration: Configuration) -> Message:
    """The message that was frozen, on an exchange of its own. Raises SnapshotError for what is no
    snapshot, or one of a later version."""
    if content[:1] != _MARK:
        raise SnapshotError(_no_snapshot(content))
    try:
        snapshot = _decoder.decode(memoryview(content)[1:])
        message = _message(snapshot, configuration)
    except (msgspec.MsgspecError, XmlError, JsonError, ValueError) as error:
        raise SnapshotError(f"The kept message is damaged: {error}") from error
    _restore(message, snapshot)
    return message


def _no_snapshot(content: bytes) -> str:
    if content and VERSION < content[0] < 0x20:
        return (
            f"The kept message is of version {content[0]}, and this gateway reads version "
            f"{VERSION}: a later version of the gateway has written it"
        )
    return "The kept message is damaged: it does not begin as one"


def _message(snapshot: _Snapshot, configuration: Configuration) -> Message:
    envelope = None if snapshot.envelope is None else parse_own(snapshot.envelope)
    attachments = {
        one.key: Attachment(one.content_id, one.content_type, one.content, one.root)
        for one in snapshot.attachments
    }
    if envelope is None and snapshot.json is None:
        envelope = new_envelope(SoapVersion.SOAP11)
    message = Message(
        envelope,
        configuration=configuration,
        headers=snapshot.transport,
        attachments=attachments,
        url_parameters=snapshot.url_parameters,
    )
    if snapshot.json is not None:
        message.replace_json(own_json(snapshot.json))
    return message


def _restore(message: Message, snapshot: _Snapshot) -> None:
    """What the flow before the store may have changed since the request was read."""
    message.message_id = snapshot.message_id
    for name, text in zip(_TEXTS, snapshot.texts, strict=False):
        setattr(message, name, text)
    for name, mark in zip(_MARKS, snapshot.marks, strict=False):
        setattr(message, name, mark)
    message.properties.default.update(snapshot.default)
    message.properties.axis2.update(snapshot.axis2)
    message.variables.update(snapshot.variables)
