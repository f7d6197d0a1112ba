"""Sequences that nothing leads to.

What leads to one is taken generously: its name anywhere in something that is itself led to. A key
that comes out of a message may lead anywhere; then nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apns_connector.inspection.elements import Placed, constant, definitions
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.finding import Finding
from apns_connector.mediation.library import Document
from apns_connector.mediation.xml import SYNAPSE, local_name

# Where messages come in.
_ENTRANCES = frozenset({"proxy", "api", "task", "messageProcessor", "inboundEndpoint"})
# Sequences that the engine runs by name.
_BY_NAME = {"main", "fault", "pre-mediate"} | {
    "_resource_mismatch_handler_",
    "_method_not_allowed_handler_",
}
# Attributes that hold the key of a sequence.
_KEYS = ("key", "sequence", "onError", "inSequence", "outSequence", "faultSequence", "receive")
_WORD = re.compile(r"[\w.:/@-]+")


def inspect_reachability(configuration: Configuration) -> Iterator[Finding]:
    """Warnings for sequences that no message can come to."""
    documents = definitions(configuration)
    entrances = [document for document in documents if _kind(document) in _ENTRANCES]
    named = {_name(document): document for document in documents if document not in entrances}
    entered = _BY_NAME.union(*(words(document) for document in entrances))
    reached = reachable({name: words(document) for name, document in named.items()}, entered)
    if any(
        _follows_messages(document) for document in (*entrances, *(named[name] for name in reached))
    ):
        return
    for name, document in named.items():
        if name not in reached and _kind(document) == "sequence":
            placed = Placed(document.element, document.file)
            yield placed.warning(f"nothing leads to the sequence '{name}'")


def reachable(mentions: Mapping[str, set[str]], entrances: set[str]) -> set[str]:
    """The names that are mentioned, directly or by way of others, from the ``entrances`` on."""
    reached: set[str] = set()
    ahead = entrances & mentions.keys()
    while ahead:
        reached |= ahead
        ahead = {word for name in ahead for word in mentions[name]} & mentions.keys() - reached
    return reached


def words(document: Document) -> set[str]:
    """Everything in an artifact, but for its own name, that may be the name of another."""
    found: set[str] = set()
    for element in document.element.iter(f"{{{SYNAPSE}}}*"):
        placed = Placed(element, document.file)
        own = _name(document) if element is document.element else None
        for text in placed.texts():
            if text != own:
                found.update((text, text.strip()), _WORD.findall(text))
    return found


def _kind(document: Document) -> str:
    return local_name(document.element.tag)


def _name(document: Document) -> str:
    return document.element.get("name") or document.element.get("key") or ""


def _follows_messages(document: Document) -> bool:
    """Whether a key of a sequence in there comes out of a message."""
    return any(
        name in _KEYS and value.startswith("{") and constant(value) is None
        for element in document.element.iter(f"{{{SYNAPSE}}}*")
        for name, value in Placed(element, document.file).attributes()
    )
