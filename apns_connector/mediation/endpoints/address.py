"""Which URL a message is sent to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

from apns_connector.errors import MediationError
from apns_connector.mediation.endpoints.uri_template import UriTemplate
from apns_connector.mediation.expressions.result import as_text
from apns_connector.mediation.message import Message
from apns_connector.mediation.redaction import redacted_line
from apns_connector.mediation.xml import Element, children, local_name

# The variables that an http endpoint's template may use (RESTConstants).
VARIABLES = ("uri.var.", "query.param.")
LEGACY = "legacy-encoding:"

_PLACEHOLDER = re.compile(r"\$\{(.*?)\}")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_NOT_IN_URL = re.compile(r"[\x00-\x20\x7f]")


class Address(Protocol):
    def url(self, message: Message) -> str:
        """Raises MediationError when the message leads to no address."""


@dataclass(frozen=True, slots=True)
class FixedAddress:
    """``<address uri>``: each ``${name}`` is the property of that name, where there is one."""

    uri: str

    def url(self, message: Message) -> str:
        if "${" not in self.uri:
            return self.uri
        return substituted(self.uri, message.properties.get)


@dataclass(frozen=True, slots=True)
class TemplateAddress:
    """``<http uri-template>``. ``decoded``: the values are percent-encoded already, as those of a
    request's URL were in old versions (``legacy-encoding:``)."""

    template: UriTemplate
    decoded: bool = False

    def url(self, message: Message) -> str:
        def lookup(name: str) -> str | None:
            if not name.startswith(VARIABLES):
                return None
            value = as_text(message.properties.get(name))
            return unquote_plus(value) if self.decoded and value is not None else value

        return self.template.expand(lookup)


@dataclass(frozen=True, slots=True)
class ToAddress:
    """``<default>``: where the message says. ``authority`` (scheme and host) replaces its own."""

    authority: str | None = None

    def url(self, message: Message) -> str:
        to = message.to
        if to is None:
            raise MediationError("The message has no To, and so nowhere to go")
        if self.authority is None:
            return to
        parts = urlsplit(to)
        return self.authority + urlunsplit(("", "", parts.path, parts.query, ""))


def template_address(source: str) -> TemplateAddress:
    """Of the text in ``uri-template``. Raises ConfigurationError without a place."""
    text = source.removeprefix(LEGACY)
    # A variable at the very beginning holds a whole URL, whose slashes must stay.
    text = re.sub(r"\A\{(?=\w)", "{+", text)
    return TemplateAddress(UriTemplate(text), decoded=source.startswith(LEGACY))


def substituted(text: str, get: Callable[[str], Any]) -> str:
    """The text with ``${name}`` replaced; a name without a value stays as it is written."""

    def value(match: re.Match[str]) -> str:
        found = as_text(get(match[1]))
        return match[0] if found is None else found

    return _PLACEHOLDER.sub(value, text)


def with_postfix(address: str, postfix: str) -> str:
    """The address with REST_URL_POSTFIX behind it, one slash between them."""
    if not postfix:
        return address
    if postfix.startswith("?"):
        return address.removesuffix("/") + postfix
    return f"{address.removesuffix('/')}/{postfix.removeprefix('/')}"


def with_payload(address: str, payload: Element | None) -> str:
    """The address of a GET for a payload: its name as last segment, its children as the query."""
    if payload is None:
        return address
    url = with_postfix(address, quote(local_name(payload.tag), safe=""))
    fields = [(local_name(child.tag), child.text or "") for child in children(payload)]
    return f"{url}?{urlencode(fields)}" if fields else url


def checked(url: str) -> str:
    """The URL without its fragment. Raises MediationError for what is no address of a backend."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname if parts.scheme.lower() in ("http", "https") else None
        _ = parts.port  # raises ValueError for one that is none
    except ValueError:
        host = None
    if not host or not host.isascii() or _NOT_IN_URL.search(text) is not None:
        raise MediationError(f"'{_shown(text)}' is no http or https address to send to")
    return quote(text.partition("#")[0], safe=_ASCII, errors="replace")


def _shown(text: str) -> str:
    """What may be said of a text that is no URL: a query may be secret, a password is."""
    return redacted_line(re.sub(r"[^/@]*@", "", text.partition("?")[0]))[:200]
