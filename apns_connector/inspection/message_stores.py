"""What is to be said of message stores and processors that could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from apns_connector.inspection.elements import Placed, elements
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding, Severity
from apns_connector.mediation.message_processor import CLASSES, PARAMETERS, SPELLINGS, Meaning
from apns_connector.mediation.message_store import MessageStoreDefinition

NOWHERE_ELSE: Mapping[str, str] = MappingProxyType({})


def inspect_message_stores(
    configuration: Configuration, urls: Mapping[str, str] = NOWHERE_ELSE
) -> Iterator[Finding]:
    """Notes for stores that nobody reads or that forget, warnings for parameters that mean
    nothing. ``urls``: where stores really are, by their names, as far as the settings say so."""
    read = {processor.store for processor in configuration.processors.values()}
    for store in configuration.stores.values():
        url = urls.get(store.name)
        if store.in_memory if url is None else url.startswith("memory:"):
            yield _note(store, "is in memory: it forgets its messages when the gateway stops")
        if store.name not in read:
            yield _note(store, "is read by no message processor: what is in there stays")
    for placed in elements(configuration):
        if placed.name == "messageProcessor":
            yield from _parameters(placed)


def _note(store: MessageStoreDefinition, text: str) -> Finding:
    return Finding(Severity.NOTE, f"message store '{store.name}' {text}", store.file, store.line)


def _parameters(processor: Placed) -> Iterator[Finding]:
    kind = CLASSES.get(processor.element.get("class", ""))
    if kind is None:  # was told when it was read
        return
    known = PARAMETERS[kind]
    for child in processor.children():
        written = child.element.get("name", "")
        name = SPELLINGS.get(written, written)
        if child.name == "parameter" and name not in known:
            yield child.warning(_unknown(written, list(known)))
        elif known.get(name) is Meaning.NONE:
            yield child.warning(f"'{written}' has no effect here: there is no Java")


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    advice = f": '{close[0]}' is meant, perhaps" if close else ""
    return f"'{name}' is no parameter of this message processor{advice}"
