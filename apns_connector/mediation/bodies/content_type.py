"""The Content-Type header: media type, parameters, and which charsets we read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

from apns_connector.errors import ContentError, ContentNotSupported

SOAP11 = "text/xml"
SOAP12 = "application/soap+xml"
POX = "application/xml"
JSON = "application/json"
TEXT = "text/plain"
FORM = "application/x-www-form-urlencoded"
FORM_DATA = "multipart/form-data"
BINARY = "application/octet-stream"
XOP = "application/xop+xml"
RELATED = "multipart/related"

_MEDIA_TYPE = re.compile(r"\s*([!#$%&'*+.^`|~\w-]+/[!#$%&'*+.^`|~\w-]+)\s*(?=;|$)", re.ASCII)
# An unquoted value runs to the next ";" or blank: many clients forget the quotes that "/", "<"
# and "=" ask for (RFC 9110 5.6.6), and no other reading of such a value is possible.
_PARAMETER = re.compile(
    r""";\s*(?:([!#$%&'*+.^`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"][^\s;]*))\s*)?""",
    re.ASCII | re.DOTALL,
)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_CHARSET = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|us-ascii|ascii|iso-?8859-?(?:[1-9]|1[0-6])|windows-125[0-8]"
    r"|koi8-r|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class ContentType:
    """``media_type`` in lower case; ``parameters`` by lower-case name, values as they were sent."""

    media_type: str
    parameters: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """A parameter, or None where it is absent or empty."""
        return self.parameters.get(name) or None

    @cached_property
    def action(self) -> str | None:
        """The parameter of SOAP 1.2, or None."""
        return self.get("action")

    @cached_property
    def charset(self) -> str | None:
        """The charset parameter, or None where the document itself has to tell.

        Raises ContentNotSupported for a charset that is not read. The list is closed: Python has
        text codecs that cost a lot to run (idna), and it remembers every unknown name it is asked
        for.
        """
        name = self.get("charset")
        if name is not None and _CHARSET.fullmatch(name) is None:
            raise ContentNotSupported(f"The charset '{name[:40]}' is not supported: send UTF-8")
        return name


@lru_cache(maxsize=256)
def read_content_type(header: str) -> ContentType:
    """A Content-Type header value (RFC 9110 8.3.1). Raises ContentError for one without
    sense."""
    start = _MEDIA_TYPE.match(header)
    if start is None:
        raise ContentError(f"The Content-Type '{header[:80]}' is not a media type")
    parameters: dict[str, str] = {}
    position = start.end()
    while position < len(header):
        found = _PARAMETER.match(header, position)
        if found is None:
            raise ContentError(f"The Content-Type '{header[:200]}' has a broken parameter")
        _add(parameters, found)
        position = found.end()
    return ContentType(start[1].lower(), MappingProxyType(parameters))


def _add(parameters: dict[str, str], found: re.Match[str]) -> None:
    if found[1] is None:  # a ";" with nothing behind it
        return
    name = found[1].lower()
    if name in parameters:  # which one counts would depend on the reader
        raise ContentError(f"The Content-Type has two parameters '{name}'")
    parameters[name] = _QUOTED_PAIR.sub(r"\1", found[2]) if found[2] is not None else found[3]
