"""What a store is called in JetStream, how its streams are set up, and what a server answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

from apns_connector.delivery.record import Record

# By it a stream is known as ours, and of this version.
OURS: Final = "message store of apns-connector, version 1"
CONSUMER: Final = "work"
# Seconds, at first: a message of which nothing is said for so long was lost on its way to us.
ACK_WAIT: Final = 5.0
_DAY: Final = 86_400.0
_NANOSECONDS: Final = 1_000_000_000

# Codes of JetStream errors (nats-server, server/errors.json).
_NOT_THERE: Final = 10059
IN_USE: Final = 10058
NO_CONSUMER: Final = 10014
WRONG_SEQUENCE: Final = 10071
# Memory, storage or an account's share of them is used up, or a limit of the stream.
_NO_ROOM: Final = frozenset({10023, 10028, 10047, 10077, 10120, 10121, 10122})


class Layout:
    """``store``: the name of a store, which need not be one that JetStream takes. ``records``: the
    stream of those that wait or are claimed; ``claims``: that in which each process says what it
    has claimed."""

    def __init__(self, store: str) -> None:
        self.records = f"apns-records-{token(store)}"
        self.dead = f"apns-dead-{token(store)}"
        self.claims = f"apns-claims-{token(store)}"

    def streams(self, limit: int) -> list[dict[str, Any]]:
        """One message for each subject, that is for each record, or each store with claims."""
        return [
            {**_stream(self.records), "retention": "workqueue", "discard": "new",
             "max_msgs": limit},
            _stream(self.dead),
            {**_stream(self.claims), "max_age": int(_DAY * _NANOSECONDS)},
        ]  # fmt: skip

    def consumer(self, ack_wait: float) -> dict[str, Any]:
        """It hands out each message to one only, and again after ``ack_wait`` seconds. How often
        and how many at once is not its affair."""
        return {
            "stream_name": self.records,
            "config": {
                "durable_name": CONSUMER,
                "ack_policy": "explicit",
                "ack_wait": nanoseconds(ack_wait),
                "max_ack_pending": -1,
                "max_deliver": -1,
            },
        }


def _stream(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": OURS,
        "subjects": [f"{name}.*"],
        "retention": "limits",
        "storage": "file",
        "max_msgs_per_subject": 1,
        "allow_direct": True,
    }


def token(text: str) -> str:
    """As a part of a subject or the name of a stream: percent-encoded, but with "=" for "%", which
    a server takes for a verb when it makes the subject of an acknowledgement."""
    if text.isascii() and text.replace("-", "").isalnum():  # as the id of a record is
        return text
    encoded = quote(text, safe="").replace(".", "%2E").replace("~", "%7E")
    return encoded.replace("%", "=")


def text_of(token: str) -> str:
    return unquote(token.replace("=", "%"))


def subject_of(stream: str, record_id: str) -> str:
    return f"{stream}.{token(record_id)}"


def id_of(subject: str) -> str:
    return text_of(subject.rpartition(".")[2])


def nanoseconds(seconds: float) -> int:
    """As servers count time; they know neither 0 nor the year 2300."""
    return int(min(max(seconds, 0.001), _DAY) * _NANOSECONDS)


def later(seconds: float) -> bytes:
    """The word by which a message comes again after that time, and not before."""
    return b'-NAK {"delay": %d}' % nanoseconds(seconds)


def sequence_of(reply: str) -> int:
    """Of a message in its stream, by the subject of its acknowledgement: $JS.ACK, stream, consumer,
    how many deliveries, sequence… Newer servers put two tokens more behind $JS.ACK."""
    tokens = reply.split(".")
    return int(tokens[7] if len(tokens) > 9 else tokens[5])


@dataclass(frozen=True, slots=True)
class Answer:
    """To a request of JetStream. ``content``: all that it said."""

    content: Mapping[str, Any]

    @property
    def _error(self) -> Mapping[str, Any]:
        error: Mapping[str, Any] = self.content.get("error") or {}
        return error

    @property
    def failed(self) -> bool:
        return bool(self._error)

    @property
    def code(self) -> int:
        return int(self._error.get("err_code", 0))

    @property
    def problem(self) -> str:
        return str(self._error.get("description", ""))

    @property
    def is_not_there(self) -> bool:
        return self.code == _NOT_THERE

    @property
    def is_full(self) -> bool:
        return self.code in _NO_ROOM


def answer_of(data: bytes) -> Answer:
    return Answer(json.loads(data))


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it lies in a stream."""

    sequence: int
    record: Record


_decoder: Final = msgspec.msgpack.Decoder(Record)


def encode(record: Record) -> bytes:
    return msgspec.msgpack.encode(record)


def decode(data: bytes) -> Record:
    """Raises msgspec.DecodeError for what is no record."""
    return _decoder.decode(data)


def servers_and_credentials(url: str) -> tuple[list[str], dict[str, str]]:
    """The URLs without what must not be seen, and who we are. Raises ValueError for no URL.

    The client takes a password of a URL as it is; in a URL it is percent-encoded.
    """
    servers, credentials = [], {}
    for part in url.split(","):
        parts = urlsplit(part.strip())
        if parts.scheme not in {"nats", "tls"} or not parts.hostname or "@" in parts.path:
            raise ValueError("not a URL of NATS")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if password:
            credentials = {"user": user, "password": password}
        elif user:
            credentials = {"token": user}
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        servers.append(urlunsplit((parts.scheme, f"{host}:{parts.port or 4222}", "", "", "")))
    return servers, credentials
