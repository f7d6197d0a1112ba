"""The forms in which WSO2's editor asks for a connection and for the parameters of an operation.

They are the files ``uischema/*.json`` of a connector for the Micro Integrator.
"""

from __future__ import annotations

from typing import Any, Final

from apns_connector.operations.catalogue_entries import Entry, Group, Input, Parameter

CONNECTOR: Final = "apns"
CONNECTION_TYPE: Final = "apns"

_INPUT_TYPES: Final = {
    Input.TEXT: "stringOrExpression",
    Input.LONG_TEXT: "expressionTextArea",
    Input.BOOLEAN: "booleanOrExpression",
    Input.CHOICE: "comboOrExpression",
    Input.NAME: "string",
}
# The editor asks for these by itself.
_OF_THE_EDITOR: Final = ("connectionType", "name")


def connection_form(init: Entry) -> dict[str, Any]:
    """The form of a local entry with ``<apns.init>``."""
    name = {
        "name": "connectionName",
        "displayName": "Connection Name",
        "inputType": "string",
        "defaultValue": "APNS_CONNECTION_1",
        "required": "true",
        "helpTip": "name of the local entry, for configKey",
        "validation": "nameWithoutSpecialCharactors",
    }
    return {
        "connectorName": CONNECTOR,
        "connectionName": CONNECTION_TYPE,
        "title": f"APNs {init.title}",
        "help": _help(init),
        "elements": [_attribute(name), *(_group(group) for group in init.groups)],
    }


def operation_form(entry: Entry) -> dict[str, Any]:
    """The form of a call of the operation."""
    connection = {
        "name": "configRef",
        "displayName": "Connection",
        "inputType": "connection",
        "allowedConnectionTypes": [CONNECTION_TYPE],
        "defaultType": f"connection.{CONNECTION_TYPE}",
        "defaultValue": "",
        "required": "true",
        "helpTip": "who sends, and where to",
    }
    elements = [_attribute(connection)] if entry.connected else []
    return {
        "connectorName": CONNECTOR,
        "operationName": entry.name,
        "title": entry.title,
        "help": _help(entry),
        "elements": [*elements, *(_group(group) for group in entry.groups)],
    }


def _help(entry: Entry) -> str:
    return f"<h1>{entry.title}</h1><b>{entry.description}.</b>"


def _group(group: Group) -> dict[str, Any]:
    """Closed at first, unless something in it is required."""
    required = any(each.required == "yes" for each in group.parameters)
    return {
        "type": "attributeGroup",
        "value": {
            "groupName": group.title,
            "isCollapsed": "false" if required else "true",
            "elements": [
                _attribute(_value(each))
                for each in group.parameters
                if each.name not in _OF_THE_EDITOR
            ],
        },
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "attribute", "value": value}


def _value(parameter: Parameter) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": parameter.name,
        "displayName": display_name(parameter.name),
        "inputType": _INPUT_TYPES[parameter.input],
        "defaultValue": "",
        "required": "true" if parameter.required == "yes" else "false",
        "helpTip": help_tip(parameter),
    }
    if parameter.choices:
        value["comboValues"] = list(parameter.choices)
    if parameter.name == "responseVariable":
        value["deriveResponseVariable"] = "true"
    return value


def display_name(name: str) -> str:
    """``titleLocKey`` in words: Title Loc Key."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return words[0].upper() + words[1:]


def help_tip(parameter: Parameter) -> str:
    """The description, and when it is required if that depends."""
    if parameter.required in ("", "yes"):
        return parameter.plain
    return f"{parameter.plain} ({parameter.required.replace('`', '')})"
