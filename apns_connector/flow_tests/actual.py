"""``<actual>``: what an assertion looks at when the flow has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.json_path import MISSING
from apns_connector.mediation.expressions.json_path_parser import compile_path
from apns_connector.mediation.json_payload import json_text
from apns_connector.mediation.message import Message

_BODY = ("$body", "$payload")
_STATUS = ("$statusCode", "$httpCode")
_APNS = "$apns"

Notifications = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a proxy or an API answered. ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run left behind: of a sequence the message, of a service its answer; and what Apple
    got meanwhile, as the simulator writes it in JSON."""

    left: Message | HttpAnswer
    notifications: Notifications = ()


@dataclass(frozen=True, slots=True)
class Actual:
    """``source`` as it is written; ``read`` gives the text, ``None`` when there is nothing."""

    source: str
    read: Callable[[Outcome], str | None]


def actual_of_sequence(source: str, namespaces: Mapping[str | None, str]) -> Actual:
    """``$body``, or any expression of the language. Raises ConfigurationError without a place."""
    if source in _BODY:
        return Actual(source, lambda outcome: _payload(_message(outcome)))
    if _is_of_apns(source):
        return _of_apns(source)
    expression = compile_expression(source, namespaces)
    return Actual(source, lambda outcome: expression.text(_message(outcome)))


def actual_of_service(source: str) -> Actual:
    """Something of the answer. Raises ConfigurationError without a place."""
    if source in _BODY:
        return Actual(source, lambda outcome: _answer(outcome).body.decode(errors="replace"))
    if source in _STATUS:
        return Actual(source, lambda outcome: str(_answer(outcome).status))
    if source == "$httpVersion":
        return Actual(source, lambda outcome: "HTTP/1.1")
    if source.startswith("$trp:"):
        name = source.removeprefix("$trp:").lower()
        return Actual(source, lambda outcome: _answer(outcome).headers.get(name))
    if _is_of_apns(source):
        return _of_apns(source)
    raise ConfigurationError(
        f"'{source}' cannot be asked of a proxy or an API, only $body, $statusCode, $httpVersion, "
        "$trp:HEADER and $apns"
    )


def _is_of_apns(source: str) -> bool:
    return source == _APNS or source.startswith(f"{_APNS}:")


def _of_apns(source: str) -> Actual:
    """``$apns:PATH``: a JSONPath into the list of what Apple got."""
    path = compile_path(source.removeprefix(_APNS).removeprefix(":") or "$")

    def read(outcome: Outcome) -> str | None:
        found = path.read(list(outcome.notifications))
        if found is MISSING or found is None:
            return None
        return found if isinstance(found, str) else json_text(found)

    return Actual(source, read)


def _payload(message: Message) -> str | None:
    if message.has_json:
        return json_text(message.json)
    text = message.text
    if text is not None:
        return text
    payload = message.payload
    return None if payload is None else xml.text_of(payload)


def _message(outcome: Outcome) -> Message:
    assert isinstance(outcome.left, Message)  # noqa: S101 - the reader chose by the artifact
    return outcome.left


def _answer(outcome: Outcome) -> HttpAnswer:
    assert isinstance(outcome.left, HttpAnswer)  # noqa: S101 - the reader chose by the artifact
    return outcome.left
