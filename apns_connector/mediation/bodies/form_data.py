"""HTML forms as ``multipart/form-data`` (RFC 7578), and the XML that Axis2 makes of them.

A field is an element of its name, a file one with the content as base64; it is an attachment under
that name as well. On the way out the elements become fields again (MultipartFormDataFormatter).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from apns_connector.errors import ContentError
from apns_connector.mediation.bodies.charset import decoded
from apns_connector.mediation.bodies.content_limits import ContentLimits
from apns_connector.mediation.bodies.content_type import ContentType, read_content_type
from apns_connector.mediation.bodies.multipart import Part, boundary_of, split
from apns_connector.mediation.json_names import to_name, to_tag
from apns_connector.mediation.message import Attachment
from apns_connector.mediation.xml import Element, children, serialize, writable

ROOT = "mediate"  # the operation of every proxy
_FILE = "{http://org.apache.axis2/xsd/form-data}file"
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')
_UNQUOTABLE = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # RFC 7578 2


def read_form_data(
    body: bytes, content_type: ContentType, limits: ContentLimits
) -> tuple[Element, dict[str, Attachment]]:
    """The payload, and the files by the name of their field. Raises ContentError."""
    root = etree.Element(ROOT)
    files: dict[str, Attachment] = {}
    for part in split(body, boundary_of(content_type), limits):
        parameters = dict(_parameters(part.headers.get("content-disposition", "")))
        name = parameters.get("name")
        if name is None:
            raise ContentError("A part of the form has no name")
        child = etree.SubElement(root, to_tag(name))
        if "filename" in parameters:
            child.text = base64.b64encode(part.content).decode()
            files[name] = Attachment(name, part.content_type, part.content)
        else:
            child.text = writable(_text(part))
    return root, files


def write_form_data(payload: Element, files: Mapping[str, Attachment], boundary: str) -> bytes:
    """The child elements of the payload as parts."""
    parts = [_part(child, files) for child in children(payload)]
    marker = f"--{boundary}".encode()
    return b"".join(b"%b\r\n%b\r\n" % (marker, part) for part in parts) + marker + b"--\r\n"


def _parameters(disposition: str) -> Iterator[tuple[str, str]]:
    for name, quoted, plain in _PARAMETER.findall(disposition):
        yield name.lower(), quoted.replace('\\"', '"') if quoted else plain


def _text(part: Part) -> str:
    header = part.headers.get("content-type")
    return decoded(part.content, None if header is None else read_content_type(header).charset)


def _part(element: Element, files: Mapping[str, Attachment]) -> bytes:
    name = to_name(element.tag)
    text = "".join(map(str, element.itertext()))
    if children(element):
        return _headed(name, "application/xml", serialize(element))
    if element.tag == _FILE or _is_file(element, text, files):
        known = files.get(name)
        return _headed(
            element.get("name", name),
            element.get("content-type") or (known.content_type if known else "text/plain"),
            _from_base64(text),
            filename=element.get("filename") or name,
        )
    return _headed(element.get("name", name), "text/plain; charset=UTF-8", text.encode())


def _is_file(element: Element, text: str, files: Mapping[str, Attachment]) -> bool:
    """Whether the element still holds the file that came under its name."""
    known = files.get(to_name(element.tag))
    return known is not None and text == base64.b64encode(known.content).decode()


def _headed(name: str, content_type: str, content: bytes, filename: str | None = None) -> bytes:
    disposition = f'form-data; name="{name.translate(_UNQUOTABLE)}"'
    if filename is not None:
        disposition += f'; filename="{filename.translate(_UNQUOTABLE)}"'
    fields = (
        f"Content-Disposition: {disposition}\r\nContent-Type: {_one_line(content_type)}\r\n\r\n"
    )
    return fields.encode() + content


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise ContentError("A file of the form is no base64") from error
