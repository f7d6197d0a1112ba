"""``<enrich>``: takes something out of the message, and puts it somewhere else."""

from __future__ import annotations

from collections.abc import Callable

from apns_connector.errors import MediationError
from apns_connector.mediation.enrichment.in_json import Removal
from apns_connector.mediation.enrichment.source import Source, source_from_element
from apns_connector.mediation.enrichment.target import Target, target_from_element
from apns_connector.mediation.expressions.json_path import MISSING
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element

Way = Callable[[Message], None]

# What may not be put where (Synapse: EnrichMediatorFactory.validateTypeCombination).
_WRONG = {
    "envelope": ("custom", "envelope", "body"),
    "body": ("envelope", "body", "key"),
    "custom": ("envelope",),
}


class Enrich:
    """``by_json`` is the way for a JSON payload, ``by_xml`` that for any other and for a source
    that ``is_xml``. One of them may not exist: then the other serves all."""

    def __init__(
        self,
        by_xml: Way | None,
        by_json: Way | None,
        is_xml: Callable[[Message], bool] = lambda message: False,
    ) -> None:
        self._by_xml = by_xml
        self._by_json = by_json
        self._is_xml = is_xml

    def mediate(self, message: Message) -> bool:
        json = message.has_json and not self._is_xml(message)
        first, second = (self._by_json, self._by_xml) if json else (self._by_xml, self._by_json)
        way = first or second
        if way is not None:
            way(message)
        return True

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Enrich:
        """Raises ConfigurationError for what is missing, and for what cannot be combined."""
        source = element.find(f"{{{SYNAPSE}}}source")
        target = element.find(f"{{{SYNAPSE}}}target")
        if source is None or target is None:
            raise reader.error(element, "<enrich> needs <source> and <target>")
        taken, place = source_from_element(source, reader), target_from_element(target, reader)
        _check(taken, place, element, reader)
        by_xml, by_json = _xml_way(taken, place), _json_way(taken, place)
        if by_xml is None and by_json is None:
            raise reader.error(element, "<enrich>: source and target mix XPath and JSONPath")
        return cls(by_xml, by_json, taken.is_xml)


def _check(source: Source, target: Target, element: Element, reader: Reader) -> None:
    if target.action == "remove":
        wrong = not source.paths or target.type not in ("body", "property")
    else:
        wrong = target.type in _WRONG.get(source.type, ())
    if wrong:
        raise reader.error(
            element,
            f"<enrich> has no action '{target.action}' from the source type '{source.type}' "
            f"to the target type '{target.type}'",
        )


def _xml_way(source: Source, target: Target) -> Way | None:
    nodes, place = source.xml, target.xml
    if nodes is None or place is None:
        return None
    return lambda message: place.insert(nodes(message), message)


def _json_way(source: Source, target: Target) -> Way | None:
    if target.action == "remove":
        return Removal(source.paths, target.name).run
    read, place = source.json, target.json
    if read is None or place is None:
        return None

    def way(message: Message) -> None:
        value = read(message)
        if value is MISSING:
            raise MediationError("Failed to get the source for Enriching")
        place.insert(value, message)

    return way
