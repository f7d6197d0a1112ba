"""A message as a record, and the message that a record holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from apns_connector.delivery.record import Record
from apns_connector.delivery.record_id import new_record_id
from apns_connector.delivery.seal import Seal
from apns_connector.errors import SnapshotError
from apns_connector.mediation.attempt import Answer, Answers, Attempt
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_keeper import RECORD_ID
from apns_connector.mediation.message_store import MessageStoreDefinition
from apns_connector.mediation.redaction import redacted_line
from apns_connector.mediation.snapshot import freeze, thaw
from apns_connector.mediation.xml import local_name
from apns_connector.processing.lane import lane_of

if TYPE_CHECKING:
    from apns_connector.mediation.artifacts import Configuration

_LABEL_CHARACTERS: Final = 100


class _Content(msgspec.Struct, array_like=True, frozen=True):
    """Of a record, before it is sealed: a frozen message, and by their keys the notifications of it
    that have their final answers. A new member goes to the end, with a default."""

    message: bytes
    answers: dict[bytes, Answer] = {}


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Content)


class Records:
    """Sealed with one key. ``clock``: seconds since 1970."""

    def __init__(self, seal: Seal, clock: Callable[[], float] = time.time) -> None:
        self._seal = seal
        self._clock = clock

    def of(self, message: Message, definition: MessageStoreDefinition) -> Record:
        """A new record of the message. Raises SnapshotError for one that cannot be written, and
        MediationError for an order that cannot be told."""
        record_id = new_record_id()
        lane = lane_of(message, definition)
        return Record(
            self._seal.seal(record_id, _encoder.encode(_Content(freeze(message)))),
            self._clock(),
            id=record_id,
            lane=self._seal.lane(lane) if lane else "",
            label=label_of(message),
        )

    def message(self, record: Record, configuration: Configuration) -> Message:
        """A new message with an exchange of its own, that knows of which record it is. Raises
        SealError and SnapshotError for a record that cannot be read."""
        content = self._content(record)
        message = thaw(content.message, configuration)
        message.properties.set(RECORD_ID, record.id)
        message.exchange.attempt = Attempt(record.id, record.created, content.answers)
        return message

    def answered(self, record: Record, answers: Answers) -> bytes:
        """What the record holds when these answers are known. Raises as ``message`` does."""
        content = _Content(self._content(record).message, dict(answers))
        return self._seal.seal(record.id, _encoder.encode(content))

    def _content(self, record: Record) -> _Content:
        try:
            return _decoder.decode(self._seal.unseal(record.id, record.body))
        except msgspec.MsgspecError as error:
            raise SnapshotError(f"The kept message is damaged: {error}") from error


def label_of(message: Message) -> str:
    """What received the message, and what it is, such as ``proxy Push: dispatchToDevice``."""
    service = message.service
    received = "" if service is None else f"{service.kind} {service.name}: "
    return redacted_line(received + _kind(message))[:_LABEL_CHARACTERS]


def _kind(message: Message) -> str:
    if message.has_json:
        return "JSON"
    payload = message.payload
    return "no payload" if payload is None else local_name(payload.tag)
