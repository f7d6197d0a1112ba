"""The API described in OpenAPI 3.1, from the types that read requests and write answers."""

from __future__ import annotations

from typing import Any

import msgspec

from apns_connector.rest import problem
from apns_connector.rest.catalogue import OPERATIONS, Operation, Type, problems_of
from apns_connector.rest.problem import Problem

_REF = "#/components/schemas/{name}"
_INFO = {
    "title": "apns-connector",
    "version": "1",
    "summary": "Apple push notifications over HTTP.",
}
_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Chosen by the client for one request: the same request again, with the same "
    "key, is answered as before and sends nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


def describe(most: int) -> dict[str, Any]:
    """The document; ``most`` notifications are taken at once."""
    types = [kind for operation in OPERATIONS for kind in _types(operation)] + [Problem]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        described = _operation(operation, most)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    key = {"type": "http", "scheme": "bearer", "description": "An API key of gateway.yaml."}
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"apiKey": key}},
    }


def _types(operation: Operation) -> list[Type]:
    kinds = [*operation.answers]
    return kinds if operation.content is None else [*kinds, operation.content]


def _operation(operation: Operation, most: int) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [] if operation.permission is None else [{"apiKey": []}],
        "responses": _responses(operation),
    }
    parameters = _parameters(operation)
    if parameters:
        described["parameters"] = parameters
    if operation.content is not None:
        schema = _one_or_many(operation.content, most)
        described["requestBody"] = {"required": True, "content": _content(schema)}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    if operation.content is not None:
        parameters.append(_IDEMPOTENCY_KEY)
    if operation.query is None:
        return parameters
    (_, found) = msgspec.json.schema_components([operation.query], ref_template=_REF)
    schema = found[operation.query.__name__]
    for name, member in schema["properties"].items():
        described = {key: value for key, value in member.items() if key != "description"}
        parameter = {"name": name, "in": "query", "schema": described}
        parameter |= {"description": member["description"], "required": name in schema["required"]}
        parameters.append(parameter)
    return parameters


def _responses(operation: Operation) -> dict[str, Any]:
    schemas = [_ref(kind) for kind in operation.answers]
    schema = {} if not schemas else schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    responses: dict[str, Any] = {
        "200": {"description": "OK", "content": _content(schema)},
    }
    for status, when in problems_of(operation).items():
        content = {problem.MEDIA_TYPE: {"schema": _ref(Problem)}}
        responses[str(status)] = {
            "description": f"{problem.title_of(status)}. {when}",
            "content": content,
        }
    return responses


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _one_or_many(kind: Type, most: int) -> dict[str, Any]:
    many = {"type": "array", "items": _ref(kind), "minItems": 1, "maxItems": most}
    return {"oneOf": [_ref(kind), many]}


def _ref(kind: Type) -> dict[str, Any]:
    return {"$ref": _REF.format(name=kind.__name__)}
