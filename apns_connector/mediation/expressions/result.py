"""What the result of an XPath is as text, as a truth value, as a template parameter.

The results are those of lxml (text, number, boolean, list of nodes), ``None`` for Synapse's null
(a property that is not set), and whatever else a property may hold, JSON among it. Rules:
SynapseXPath, ``stringValueOf`` and its neighbours, as of WSO2 Micro Integrator 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation.json_payload import json_text
from apns_connector.mediation.json_value import ExactFloat, JsonArray
from apns_connector.mediation.xml import Element, text_of

_JSON = (dict, JsonArray)
# Characters. Elements inside each other, each written out, make much text of a small message.
TEXT_LIMIT = 4_000_000


def as_text(result: Any, *, serialize_elements: bool = False) -> str | None:
    """``None`` for null only: an empty node set is ``""``.

    One element gives its direct text, trimmed, or itself as XML when that is blank; of several
    nodes, elements give themselves as XML. ``serialize_elements`` asks for XML in every case.
    Raises MediationError for a text beyond TEXT_LIMIT.
    """
    if type(result) is list:  # what lxml gives most often
        whole = serialize_elements or len(result) > 1
        return _joined(result, text_of if whole else _trimmed_text)
    if result is None or isinstance(result, str):
        return result
    if isinstance(result, _JSON):
        return json_text(result)
    return _node_text(result, text_of if serialize_elements else _trimmed_text)


def as_direct_text(result: Any) -> str | None:
    """As ``as_text`` before EI 6.4: each element gives its direct text, as it is, or itself as XML
    when that is blank."""
    if type(result) is list:
        return _joined(result, _direct_text)
    return _direct_text(result) if isinstance(result, etree._Element) else as_text(result)


def as_boolean(result: Any) -> bool:
    """The XPath rule: null, an empty node set, ``""``, 0 and NaN are false; ``"false"`` is true."""
    if isinstance(result, float):
        return result != 0 and not math.isnan(result)
    return result is not None and (isinstance(result, etree._Element) or bool(result))


def as_parameter(result: Any) -> Any:
    """The first node only, ``None`` when there is none; elements stay elements (EI 6.2 and later).

    ESB 4.8 to EI 6.1 gave the text of all nodes, and ``""`` when there was none.
    """
    if isinstance(result, float | bool | dict | JsonArray):
        return as_text(result)
    if isinstance(result, list):
        return result[0] if result else None
    return result


def xpath_string(value: Any) -> str:
    """The XPath function ``string()``, for arguments of functions; null is ``""``."""
    if type(value) is str:
        return value
    if isinstance(value, dict | JsonArray):
        return json_text(value)
    if isinstance(value, list):
        value = value[0] if value else None
    match value:
        case None:
            return ""
        case ExactFloat():
            return str(value)
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case etree._Element():
            return "".join(str(text) for text in value.itertext())
    return str(value)


def java_double(value: float) -> str:
    """A number as Java prints it: ``3.0``, ``1.0E10``, ``Infinity``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    digits = Decimal(repr(value))
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(digits, "f")
        return text if "." in text else f"{text}.0"
    exponent = digits.adjusted()
    mantissa = format(digits.scaleb(-exponent).normalize(), "f")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}E{exponent}"


def _joined(nodes: list[Any], write: Callable[[Element], str]) -> str:
    parts: list[str] = []
    size = 0
    for node in nodes:
        parts.append(_node_text(node, write))
        size += len(parts[-1])
        if size > TEXT_LIMIT:
            raise MediationError(f"{len(nodes)} nodes are more text than {TEXT_LIMIT} characters")
    return "".join(parts)


def _node_text(node: Any, write: Callable[[Element], str]) -> str:
    match node:
        case str():
            return node
        case bool():
            return str(node).lower()
        case ExactFloat():
            return str(node)
        case float():
            return java_double(node)
        case etree._Element():
            return write(node)
    return str(node)


def _trimmed_text(element: Element) -> str:
    return _own_text(element).strip() or text_of(element)


def _direct_text(element: Element) -> str:
    text = _own_text(element)
    return text if text.strip() else text_of(element)  # no-break spaces count as blank


def _own_text(element: Element) -> str:
    """Not that of descendants."""
    return "".join([element.text or "", *(child.tail or "" for child in element)])
