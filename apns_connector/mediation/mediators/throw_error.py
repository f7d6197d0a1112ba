"""``<throwError>``: fails on purpose."""

from __future__ import annotations

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element


class ThrowError:
    """``type`` becomes ERROR_CODE, over one that is there already."""

    def __init__(self, type_: str, text: Value) -> None:
        self._type = type_
        self._text = text

    def mediate(self, message: Message) -> bool:
        text = self._text.text(message) or ""
        message.properties.set("ERROR_CODE", self._type)
        message.properties.set("ERROR_MESSAGE", text)
        raise MediationError(text, code=self._type)

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> ThrowError:
        """Raises ConfigurationError without an errorMessage."""
        text = reader.value(element, reader.required(element, "errorMessage"))
        if text is None:
            raise reader.error(element, "<throwError> needs the attribute 'errorMessage'")
        return cls(element.get("type") or "ANY", text)
