"""What the variable of an operation's result holds, as JSON Schema: ``outputschema/*.json``."""

from __future__ import annotations

from typing import Any, Final

from apns_connector.operations.catalogue_entries import Entry, Field

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_TEXT: Final = {"type": "string"}


def output_schema(entry: Entry) -> dict[str, Any]:
    """``payload``, ``headers`` and ``attributes``; the payload of a failure has ``error``."""
    members = {field.name: _field(field) for field in entry.result}
    payload = {
        "type": "object",
        "description": "What the operation has to tell",
        "properties": {
            "success": {"type": "boolean", "description": "whether all went well"},
            **members,
            "error": _error(),
        },
        "required": ["success"],
    }
    return {
        "$schema": _DRAFT,
        "type": "object",
        "title": f"Output of {entry.name}",
        "description": f"{entry.description}.",
        "properties": {
            "payload": payload,
            "headers": {"type": "object"},
            "attributes": {
                "type": "object",
                "properties": {"statusCode": {"type": "integer"}},
            },
        },
        "required": ["payload"],
        "additionalProperties": False,
    }


def _field(field: Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": field.type, "description": field.description}
    members = {
        "type": "object",
        "properties": {each.name: _field(each) for each in field.fields},
    }
    if field.type == "array":
        return schema | {"items": members if field.fields else _TEXT}
    return schema | {"properties": members["properties"]} if field.fields else schema


def _error() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "only of a failure",
        "properties": {
            "code": {"type": "string", "description": "APNS_000001 to APNS_000007"},
            "message": {"type": "string", "description": "what is wrong, in a sentence"},
            "detail": {"type": "string", "description": "Apple's status and reason, or the cause"},
        },
        "required": ["code", "message", "detail"],
    }
