"""The three forms in which a request, and so its answer, may come."""

from __future__ import annotations

from enum import Enum

from apns_connector.gateway.content_type import POX, SOAP11, SOAP12
from apns_connector.mediation.soap import SoapVersion


class Form(Enum):
    """``media_type`` as it goes out; ``version`` of the envelope, None for plain XML."""

    SOAP11 = (SOAP11, SoapVersion.SOAP11)
    SOAP12 = (SOAP12, SoapVersion.SOAP12)
    POX = (POX, None)

    def __init__(self, media_type: str, version: SoapVersion | None) -> None:
        self.media_type = media_type
        self.version = version
