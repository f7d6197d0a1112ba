"""``<cache>``: answers a request that has been answered before with the same response.

Before the backend is asked stands one with ``collector="false"``, behind it, in the same flow or
in the out flow, one with ``collector="true"``.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.truth import is_true
from apns_connector.mediation.json_payload import write_json
from apns_connector.mediation.mediator import Mediator, run
from apns_connector.mediation.mediators.branch import branch_from_element
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.response_cache import (
    DEFAULT_ENTRIES,
    DEFAULT_SECONDS,
    CachedResponse,
    HashedHeaders,
    ResponseCache,
    is_fresh,
    may_be_stored,
    request_hash,
)
from apns_connector.mediation.xml import SYNAPSE, Element, children

_log = logging.getLogger(__name__)

HASH_PROPERTY = "requestHash"
AWAITED_PROPERTY = "CachableResponse"
_ALL_HEADERS = HashedHeaders()
METHODS = ("*", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT")


@dataclass(frozen=True, slots=True)
class Rules:
    """Which responses are kept. ``max_size`` in bytes, ``None`` for any. ``cache_control``: the
    response's own header is obeyed."""

    methods: tuple[str, ...] = ("*",)
    statuses: re.Pattern[str] = re.compile(".*")
    max_size: int | None = None
    headers: HashedHeaders = _ALL_HEADERS
    cache_control: bool = False
    age_header: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """Travels with the message from the one ``<cache>`` to the other."""

    cache: ResponseCache
    key: str
    method: str
    rules: Rules

    def keep(self, message: Message) -> None:
        """Keep the message as the response, unless a rule speaks against it."""
        axis2, headers = message.properties.axis2, message.properties.transport
        status = axis2.get("HTTP_SC")
        unwanted = status is not None and not self.rules.statuses.fullmatch(str(status).strip())
        control = str(headers.get("Cache-Control", ""))
        if self.rules.cache_control and not may_be_stored(control):
            unwanted = True
        if unwanted or not {"*", self.method}.intersection(self.rules.methods):
            self.cache.forget(self.key)
            return
        response = _response(message)
        if self.rules.max_size is not None and response.size > self.rules.max_size:
            _log.info("A response of %d bytes is too large to be kept", response.size)
            return
        self.cache.put(self.key, response)


class Cache:
    """For requests. What is known goes through ``on_hit``, or else straight back, and ends the
    flow."""

    def __init__(
        self, cache: ResponseCache, rules: Rules | None = None, on_hit: Mediator | None = None
    ) -> None:
        self._cache = cache
        self._rules = rules or Rules()
        self._on_hit = on_hit

    async def mediate(self, message: Message) -> bool:
        if message.response:
            raise MediationError("Response messages cannot be handled in a non collector cache")
        method = str(message.properties.get("HTTP_METHOD", "axis2") or "POST").upper()
        headers = self._rules.headers.of(message.properties.transport)
        key = request_hash(method, message.to or "", headers, _body(message))
        message.properties.set(HASH_PROPERTY, key)
        now = message.configuration.clock()
        known = self._cache.get(key, now)
        if known is None or (self._rules.cache_control and not is_fresh(known, now)):
            awaited = Awaited(self._cache, key, method, self._rules)
            message.properties.set(AWAITED_PROPERTY, awaited)
            return True
        _restore(known, message)
        if self._rules.age_header:
            message.properties.set("Age", str(known.age(now)), "transport")
        if self._on_hit is None:
            message.respond()
        else:
            await run(self._on_hit, message)
        return False


class Collector:
    """For responses: keeps the one that a ``Cache`` waits for."""

    async def mediate(self, message: Message) -> bool:
        awaited = message.properties.get(AWAITED_PROPERTY)
        if isinstance(awaited, Awaited):
            awaited.keep(message)
        elif not message.response and not message.called:
            raise MediationError("Request messages cannot be handled in a collector cache")
        else:
            _log.warning("<cache>: no request waits for this response: it cannot be kept")
        return True


def cache_from_element(element: Element, reader: Reader) -> Cache | Collector:
    """Raises ConfigurationError without a collector attribute, and for what is no number."""
    reader.required(element, "collector")
    if reader.choice(element, "collector", ("true", "false")) == "true":
        return Collector()
    implementation = element.find(f"{{{SYNAPSE}}}implementation")
    entries = None if implementation is None else _number(implementation, "maxSize", reader)
    seconds = _number(element, "timeout", reader)
    cache = ResponseCache(
        DEFAULT_SECONDS if seconds is None else seconds,
        DEFAULT_ENTRIES if entries is None else entries,
    )
    return Cache(cache, _rules(element, reader), _on_hit(element, reader))


def _on_hit(element: Element, reader: Reader) -> Mediator | None:
    found = element.find(f"{{{SYNAPSE}}}onCacheHit")
    if found is None or (found.get("sequence") is None and not children(found)):
        return None
    return branch_from_element(found, reader)


def _rules(element: Element, reader: Reader) -> Rules:
    max_size = _number(element, "maxMessageSize", reader)
    protocol = element.find(f"{{{SYNAPSE}}}protocol")
    if protocol is None:
        return Rules(max_size=max_size)
    generator = _text(protocol, "hashGenerator")
    if generator and not generator.startswith("org.wso2.carbon.mediator.cache.digest."):
        raise reader.error(
            protocol, f"<hashGenerator> {generator} is Java, which does not run here"
        )
    methods = _words(protocol, "methods", upper=True) or ("*",)
    for method in methods:
        if method not in METHODS:
            raise reader.error(protocol, f"<methods>: {method} is none of {', '.join(METHODS)}")
    included = _words(protocol, "headersToIncludeInHash")
    excluded = _words(protocol, "headersToExcludeInHash")
    return Rules(
        methods,
        _statuses(protocol, reader),
        max_size,
        HashedHeaders(included, excluded),
        cache_control=is_true(_text(protocol, "enableCacheControl")),
        age_header=is_true(_text(protocol, "includeAgeHeader")),
    )


def _statuses(protocol: Element, reader: Reader) -> re.Pattern[str]:
    text = _text(protocol, "responseCodes") or ".*"
    try:
        return re.compile(text, re.ASCII)
    except re.error as error:
        raise reader.error(protocol, f"<responseCodes> {text} is not valid: {error}") from error


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{{{SYNAPSE}}}{name}") or "").strip()


def _words(element: Element, name: str, *, upper: bool = False) -> tuple[str, ...]:
    text = _text(element, name)
    words = (word.strip() for word in (text.upper() if upper else text).split(","))
    return tuple(word for word in words if word)


def _number(element: Element, attribute: str, reader: Reader) -> int | None:
    """``None`` when it is not given; -1 is what Synapse writes for that."""
    text = element.get(attribute, "-1").strip()
    if text == "-1":
        return None
    if not text.isascii() or not text.isdecimal():
        raise reader.error(element, f"<cache>: {attribute} '{text}' is not a number")
    return int(text)


# Messages.


def _body(message: Message) -> bytes:
    if message.has_json:
        return write_json(message.json)
    return b"".join(etree.tostring(child) for child in message.body)


def _response(message: Message) -> CachedResponse:
    json = message.has_json
    written = write_json(message.json) if json else xml.serialize(message.envelope)
    axis2 = message.properties.axis2
    headers = tuple((name, str(v)) for name, v in message.properties.transport.items())
    return CachedResponse(
        body=message.json if json else written,
        is_json=json,
        size=len(written) + sum(len(name) + len(value) for name, value in headers),
        stored=message.configuration.clock(),
        headers=headers,
        status=axis2.get("HTTP_SC"),
        reason=axis2.get("HTTP_SC_DESC"),
        message_type=axis2.get("messageType"),
        content_type=axis2.get("ContentType"),
        pox=message.pox,
        pox_fault=message.pox_fault,
    )


def _restore(known: CachedResponse, message: Message) -> None:
    """Make a request the response to it."""
    if known.is_json:
        message.replace_json(known.body)
    else:
        message.replace_envelope(xml.parse(known.body, xml.CONFIGURATION))
    message.response, message.to = True, None
    message.pox, message.pox_fault = known.pox, known.pox_fault
    transport = message.properties.transport
    transport.clear()
    transport.update(known.headers)
    given = {
        "HTTP_SC": known.status,
        "HTTP_SC_DESC": known.reason,
        "messageType": known.message_type,
        "ContentType": known.content_type,
    }
    message.properties.remove("NO_ENTITY_BODY", "axis2")
    for name, value in given.items():
        message.properties.set(name, value, "axis2")
