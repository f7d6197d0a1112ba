"""What a log line must not show: passwords, and device tokens but for their last characters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from apns_connector.mediation.xml import Element, detached_copy, local_name, text_of

MASK = "***"
_SECRET_NAMES = ("password", "passphrase")

# 64 hex digits and more: a device token, also when written in groups.
_TOKEN = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f](?:[ -]?[0-9A-Fa-f]){63,}")
_ELEMENT = re.compile(r"(<[\w.:\-]*(?:password|passphrase)(?:\s[^<>]*)?>)[^<]+(?=<)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""((?:password|passphrase)\s*=\s*)(?:"[^"<]*"|'[^'<]*')""", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a property or element of that name holds a secret, as ``apns.password`` does."""
    return name.lower().endswith(_SECRET_NAMES)


def redacted_line(line: str) -> str:
    """A log line with the passwords in its XML masked, and of each device token only the last
    eight characters."""
    if "pass" in line.lower():  # most lines speak of no password: looking is cheap
        line = _ATTRIBUTE.sub(rf'\1"{MASK}"', _ELEMENT.sub(rf"\1{MASK}", line))
    return _TOKEN.sub(lambda match: f"…{match.group()[-8:]}", line)


def redacted_property(name: str, value: str | None) -> str:
    """``name = value`` as the log mediator writes it; null is ``null``."""
    return (
        f"{name} = {MASK if is_secret(name) and value else value if value is not None else 'null'}"
    )


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with known secrets masked, also where they are escaped for XML."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK).replace(escape(secret), MASK)
    return text


def secrets_in(element: Element) -> set[str]:
    """The texts of the elements that hold a secret by their name."""
    secret = (part for part in element.iter("*") if _holds_secret(part))
    return {"".join(map(str, part.itertext())).strip() for part in secret} - {""}


def redacted_xml(element: Element) -> str:
    """The element as text; whatever is inside an element that holds a secret is masked."""
    if any(_holds_secret(part) for part in element.iter("*")):
        element = detached_copy(element)
        for part in [part for part in element.iter("*") if _holds_secret(part)]:
            part[:] = []
            part.text = MASK
    return text_of(element)


def _holds_secret(element: Element) -> bool:
    return is_secret(local_name(element.tag))
