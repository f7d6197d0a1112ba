"""``<call-template>``: calls a sequence template by name."""

from __future__ import annotations

from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.template_call import TemplateCall
from apns_connector.mediation.xml import SYNAPSE, Element


def call_template_from_element(element: Element, reader: Reader) -> TemplateCall:
    """Raises ConfigurationError without a target, and for a parameter without a name."""
    target = reader.required(element, "target")
    reader.refer("template", target, element)
    reader.refer("sequence", element.get("onError"), element)
    arguments: dict[str, Value] = {}
    for child in element.iterchildren(f"{{{SYNAPSE}}}with-param"):
        value = reader.value(child, child.get("value", ""))
        if value is not None:
            arguments[reader.required(child, "name")] = value
    return TemplateCall(target, arguments, on_error=element.get("onError"))
