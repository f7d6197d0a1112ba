"""The templates of ``config/``, and the list of them, as they follow from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from apns_connector.operations.catalogue_entries import Entry

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>'


def template(entry: Entry) -> str:
    """``config/NAME.xml``. No parameter is mandatory to the engine, whose error has a number of its
    own: the operation says by APNS_000001 what is missing."""
    parameters = (
        f"    <parameter name={quoteattr(each.name)} description={quoteattr(each.plain)}/>"
        for each in entry.parameters
    )
    return _document(
        f'<template xmlns="http://ws.apache.org/ns/synapse" name={quoteattr(entry.name)}>',
        *parameters,
        "    <sequence>",
        f"        <class name={quoteattr(entry.java_class)}/>",
        "    </sequence>",
        "</template>",
    )


def component(entries: Iterable[Entry], hidden: str) -> str:
    """``config/component.xml``; ``hidden``: the operation that editors do not offer."""
    parts = []
    for entry in entries:
        parts += [
            f"        <component name={quoteattr(entry.name)}>",
            f"            <file>{entry.name}.xml</file>",
            f"            <displayName>{escape(entry.title)}</displayName>",
            f"            <description>{escape(entry.description)}</description>",
            *(["            <hidden>true</hidden>"] if entry.name == hidden else []),
            "        </component>",
        ]
    return _document(
        '<component name="config" type="synapse/template">',
        "    <subComponents>",
        *parts,
        "    </subComponents>",
        "</component>",
    )


def _document(*lines: str) -> str:
    return "\n".join((_DECLARATION, *lines, ""))
