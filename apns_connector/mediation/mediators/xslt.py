"""``<xslt>``: transforms a part of the message by an XSLT 1.0 stylesheet."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from apns_connector.errors import ConnectorError, MediationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.content import TEXT
from apns_connector.mediation.deployment.referenced import (
    NotThere,
    Source,
    bytes_of,
    resolver,
    resources_from_element,
    source_of,
)
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.redaction import redacted_line, secrets_of, without_secrets
from apns_connector.mediation.tree import replace
from apns_connector.mediation.xml import SYNAPSE, Element, children, detached_copy

_log = logging.getLogger(__name__)

# What a stylesheet refers to comes from a resolver, which refuses all but entries.
_RIGHTS = etree.XSLTAccessControl(  # type: ignore[call-arg] # the stubs know none of them
    read_file=True, read_network=True, write_file=False, create_dir=False, write_network=False
)
Transform = Any  # etree.XSLT, of which the stubs know little
_KEPT = 100  # compiled stylesheets; their keys may come from requests
_NO_RESOURCES: Mapping[str, str] = MappingProxyType({})


class Stylesheets:
    """Compiled when they are needed first, and again when they have changed."""

    def __init__(self, resources: Mapping[str, str] = _NO_RESOURCES) -> None:
        self._resources = resources
        self._compiled: dict[str, tuple[Source, Transform]] = {}

    def get(self, configuration: Configuration, key: str) -> Transform:
        """Raises MediationError for what is no stylesheet, NotThere for what does not exist."""
        source = source_of(configuration, key)
        if source is None:
            raise NotThere(f"there is nothing under the key '{key}'")
        known = self._compiled.get(key)
        if known is not None and known[0] is source:
            return known[1]
        resolve = resolver(configuration, self._resources)
        try:
            document = xml.parse_referring(bytes_of(source), key, resolve)
            compiled = etree.XSLT(document, access_control=_RIGHTS)
        except (etree.XSLTParseError, XmlError) as error:
            raise MediationError(f"the stylesheet cannot be used: {error}") from error
        if len(self._compiled) >= _KEPT:
            self._compiled.clear()
        self._compiled[key] = (source, compiled)
        return compiled


class Xslt:
    """``source`` is the first element of the body unless an expression says otherwise; the result
    takes its place, or becomes the property ``target``."""

    def __init__(
        self,
        key: Value,
        *,
        stylesheets: Stylesheets | None = None,
        source: Expression | None = None,
        target: str | None = None,
        parameters: tuple[tuple[str, Value | Expression], ...] = (),
    ) -> None:
        self._key = key
        self._stylesheets = stylesheets or Stylesheets()
        self._source = source
        self._target = target
        self._parameters = parameters

    def mediate(self, message: Message) -> bool:
        if self._source is None and message.payload is None:
            _log.warning("<xslt>: the body is empty, there is nothing to transform")
            return True
        source = self._source_of(message)
        key = self._key.text(message) or ""
        try:
            result = self._transformed(source, key, message)
        except (etree.XSLTError, ConnectorError) as error:
            text = f"Unable to perform XSLT transformation using : {key} reason : {error}"
            raise MediationError(text) from error
        if self._target is not None:
            message.properties.set(self._target, result)
        else:
            _put(result, source, message)
        return True

    def _source_of(self, message: Message) -> Element:
        nodes = [message.payload] if self._source is None else self._source.nodes(message)
        if not nodes or not isinstance(nodes[0], etree._Element):
            raise MediationError("The source of <xslt> leads to no element")
        return nodes[0]

    def _transformed(self, source: Element, key: str, message: Message) -> Element | str:
        texts = ((name, value.text(message)) for name, value in self._parameters)
        parameters = {n: etree.XSLT.strparam(text) for n, text in texts if text is not None}
        transform = self._stylesheets.get(message.configuration, key)
        result = transform(source, **parameters)
        for entry in transform.error_log:
            text = without_secrets(entry.message, secrets_of(message))
            _log.info("Stylesheet '%s': %s", key, redacted_line(text))
        root = result.getroot()
        # A stylesheet with the output method text makes no element.
        return str(result) if root is None else detached_copy(root)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Xslt:
        """Raises ConfigurationError without a key."""
        stylesheets = Stylesheets(resources_from_element(element, reader))
        key = reader.key(element, "key", "entry", stylesheets.get)
        if key is None:
            raise reader.error(element, "<xslt> needs the attribute 'key'")
        return cls(
            key,
            stylesheets=stylesheets,
            source=None if element.get("source") is None else reader.expression(element, "source"),
            target=element.get("target"),
            parameters=tuple(
                (reader.required(child, "name"), reader.value_or_expression(child))
                for child in element.iterchildren(f"{{{SYNAPSE}}}property")
            ),
        )


def _put(result: Element | str, source: Element, message: Message) -> None:
    """The result in the place of the source; of body and header, only the content is replaced."""
    if isinstance(result, str):
        wrapped = etree.Element(TEXT)
        wrapped.text = xml.writable(result)
        result = wrapped
    if source is message.envelope:
        message.replace_envelope(result)
    elif source is message.body or source is message.header:
        source[:] = children(result)
    else:
        replace(source, [result])
