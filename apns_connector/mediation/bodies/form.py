"""The forms in which a message may come and go."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from apns_connector.mediation.bodies import content_type as types
from apns_connector.mediation.soap import SoapVersion


class Form(Enum):
    """``media_type`` as it goes out, and as a header with the charset: ``in_utf8``; ``version`` of
    the envelope, None for what has none; ``is_xml`` with or without an envelope."""

    SOAP11 = (types.SOAP11, SoapVersion.SOAP11)
    SOAP12 = (types.SOAP12, SoapVersion.SOAP12)
    POX = (types.POX, None)
    JSON = (types.JSON, None)
    TEXT = (types.TEXT, None)
    URL_ENCODED = (types.FORM, None)
    FORM_DATA = (types.FORM_DATA, None)
    BINARY = (types.BINARY, None)

    def __init__(self, media_type: str, version: SoapVersion | None) -> None:
        self.media_type = media_type
        self.in_utf8 = f"{media_type}; charset=UTF-8"
        self.version = version
        self.is_xml = version is not None or media_type == types.POX


_FORMS = {form.media_type: form for form in Form} | {
    "text/json": Form.JSON,
    "text/javascript": Form.JSON,
}


@lru_cache(maxsize=256)  # few media types have a name, and each message asks several times
def form_of(media_type: str) -> Form:
    """The form of a media type in lower case; binary for one that says nothing of its content.

    ``text/xml`` is SOAP 1.1, as far as the header tells.
    """
    known = _FORMS.get(media_type)
    if known is not None:
        return known
    if media_type.endswith("+json"):
        return Form.JSON
    if media_type.endswith("+xml"):
        return Form.POX
    return Form.TEXT if media_type.startswith("text/") else Form.BINARY
