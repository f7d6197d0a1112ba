"""What a log line must not show: passwords, and device tokens but for their last characters.

Every expression here takes time that grows with the line and no faster: clients decide what is in
the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from apns_connector.mediation.json_payload import json_text
from apns_connector.mediation.message import Message
from apns_connector.mediation.xml import Element, detached_copy, local_name, text_of

MASK = "***"
_SECRET_NAMES = ("password", "passphrase", "passwd", "pwd", "secret")
# Looking for each secret costs a walk over the line. Who sends more hides only what is their own.
_SECRETS_OF_ONE_ENVELOPE = 100

# 64 hex digits and more: a device token, also when written in groups. It begins where no other
# digit or group stands before it; that any earlier beginning has failed need not be tried again.
_TOKEN = re.compile(
    r"(?<![0-9A-Fa-f])(?<![0-9A-Fa-f][ -])[0-9A-Fa-f](?:[ -]?[0-9A-Fa-f]){63,}+", re.ASCII
)
# Those names in any case. The first letter by itself lets a search skip most of a line at once;
# that "swd" is found as well does no harm.
_NAME = "[PpSs](?i:assword|assphrase|asswd|wd|ecret)"
_ANY_NAME = re.compile(_NAME)
# Also where the XML is text inside other XML, and so escaped.
_ELEMENT = re.compile(
    rf"((?:<|&lt;)[\w.:\-]*{_NAME}(?:\s[^<>&]*)?(?:>|&gt;))[^<]+?(?=<|&lt;)", re.ASCII
)
# name="value", and "name": "value" as JSON writes it.
_ASSIGNMENT = re.compile(rf"""({_NAME}["']?\s*+[=:]\s*+)(?:"[^"<]*"|'[^'<]*')""")


def is_secret(name: str) -> bool:
    """Whether a property or element of that name holds a secret, as ``apns.password`` does."""
    return name.lower().endswith(_SECRET_NAMES)


def redacted_line(line: str) -> str:
    """A log line with the passwords in its XML and JSON masked, and of each device token only the
    last eight characters."""
    if _ANY_NAME.search(line) is not None:  # most lines speak of no password: looking is cheap
        line = _ASSIGNMENT.sub(rf'\1"{MASK}"', _ELEMENT.sub(rf"\1{MASK}", line))
    return _TOKEN.sub(lambda match: f"…{match.group()[-8:]}", line)


def redacted_property(name: str, value: str | None) -> str:
    """``name = value`` as the log mediator writes it; null is ``null``."""
    return (
        f"{name} = {MASK if is_secret(name) and value else value if value is not None else 'null'}"
    )


def redacted_xml(element: Element) -> str:
    """The element as text; whatever is inside an element that holds a secret is masked."""
    if any(_holds_secret(part) for part in element.iter("*")):
        element = detached_copy(element)
        for part in [part for part in element.iter("*") if _holds_secret(part)]:
            part[:] = []
            part.text = MASK
    return text_of(element)


def redacted_json(value: Any) -> str:
    """The value as JSON text; whatever is under a name that holds a secret is masked."""
    return json_text(_masked(value))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK if is_secret(name) and inner is not None else _masked(inner)
            for name, inner in value.items()
        }
    return [_masked(one) for one in value] if isinstance(value, list) else value


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with known secrets masked, also where they are escaped for XML."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK).replace(escape(secret), MASK)
    return text


def secrets_of(message: Message) -> set[str]:
    """What must not be shown under any name: what came from the vault, and the values of
    properties, template parameters, elements and attributes that hold a secret by their name."""
    named = [*message.properties.default.items(), *message.variables.items()]
    for context in message.functions:
        named += context.parameters.items()
    values = {value for name, value in named if is_secret(name) and isinstance(value, str)}
    if message.has_json:
        return message.secrets | values | secrets_in_json(message.json)
    return message.secrets | values | secrets_in(message.envelope)


def secrets_in_json(value: Any) -> set[str]:
    """The texts under names that hold a secret."""
    return set(islice(_secrets_below(value), _SECRETS_OF_ONE_ENVELOPE))


def _secrets_below(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(found)
        elif isinstance(found, dict):
            for name, inner in found.items():
                if is_secret(name) and isinstance(inner, str) and inner:
                    yield inner
            waiting.extend(found.values())


def secrets_in(element: Element) -> set[str]:
    """The texts of the elements and attributes that hold a secret by their name."""
    return set(islice(filter(None, _secret_texts(element)), _SECRETS_OF_ONE_ENVELOPE))


def _secret_texts(element: Element) -> Iterator[str]:
    for part in element.iter("*"):
        if _holds_secret(part):
            yield "".join(map(str, part.itertext())).strip()
        for name, value in part.attrib.items():
            if is_secret(local_name(str(name))):
                yield str(value).strip()


def _holds_secret(element: Element) -> bool:
    return is_secret(local_name(element.tag))
