"""HTML forms as ``application/x-www-form-urlencoded``, and the XML that Axis2 makes of them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from lxml import etree

from apns_connector.errors import ContentError, ContentTooLarge
from apns_connector.mediation.json_names import to_name, to_tag
from apns_connector.mediation.xml import Element, children, writable

ROOT = "xformValues"


def read_url_encoded(text: str, max_fields: int) -> Element:
    """``<xformValues>`` with an element for each field, in order; names as JSON's are escaped.

    Raises ContentTooLarge for too many fields, ContentError for a value that is no UTF-8.
    """
    if text.count("&") >= max_fields:
        raise ContentTooLarge(f"The form has more than {max_fields} fields")
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise ContentError("The form has a value that is no UTF-8") from error
    root = etree.Element(ROOT)
    for name, value in pairs:
        etree.SubElement(root, to_tag(name)).text = writable(value)
    return root


def write_url_encoded(payload: Element) -> str:
    """The child elements of the payload as fields, each with its text."""
    return urlencode(
        [(to_name(child.tag), "".join(map(str, child.itertext()))) for child in children(payload)]
    )
