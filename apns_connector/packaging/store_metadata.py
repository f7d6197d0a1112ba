"""What a shop window of connectors shows: ``.connector-store/meta.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apns_connector.operations.catalogue_entries import Entry, Parameter
from apns_connector.packaging.forms import help_tip


def store_metadata(init: Entry, operations: Sequence[Entry], version: str) -> dict[str, Any]:
    """One release, ``version``, with its operations; the init is the hidden one of them."""
    return {
        "name": "APNs",
        "product": "MI",
        "category": "Communication",
        "description": "Sends Apple push notifications over Apple's HTTP/2 provider API.",
        "status": "Active",
        "type": "Connector",
        "labels": ["apns", "push notifications", "communication"],
        "releases": [
            {
                "tagName": f"v{version}",
                "operations": [
                    _operation(entry, hidden=entry is init) for entry in (init, *operations)
                ],
            }
        ],
    }


def _operation(entry: Entry, *, hidden: bool) -> dict[str, Any]:
    return {
        "name": entry.name,
        "description": entry.description,
        "params": [_parameter(each) for each in entry.parameters],
        "isHidden": hidden,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "required": parameter.required == "yes",
        "description": help_tip(parameter),
    }
