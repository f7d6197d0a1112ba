"""``<apns.dispatchToDevice configKey="…">``: an operation of a connector."""

from __future__ import annotations

from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.template_call import TemplateCall
from apns_connector.mediation.xml import Element, children, local_name


def operation_from_element(element: Element, reader: Reader, target: str) -> TemplateCall:
    """Each child is a parameter, in whatever namespace: its local name, and its text as value."""
    reader.refer("template", target, element)
    reader.refer("sequence", element.get("onError"), element)
    arguments: dict[str, Value] = {}
    for child in children(element):
        if children(child):
            raise reader.error(
                child, f"XML inside the parameter <{local_name(child.tag)}> is not supported yet"
            )
        value = reader.value(child, "".join(str(text) for text in child.itertext()))
        if value is not None:
            arguments[local_name(child.tag)] = value
    return TemplateCall(
        target,
        arguments,
        connection=reader.key(element, "configKey", "connection"),
        on_error=element.get("onError"),
    )
