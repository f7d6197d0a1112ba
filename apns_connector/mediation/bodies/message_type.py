"""What a message is written as, and sent under."""

from __future__ import annotations

from apns_connector.mediation.message import Message

XML, JSON, TEXT = "application/xml", "application/json", "text/plain"


def set_message_type(message: Message, media_type: str) -> None:
    """The message has a body, of this media type (axis2: messageType, ContentType)."""
    axis2 = message.properties.axis2
    axis2["messageType"] = axis2["ContentType"] = media_type
    axis2.pop("NO_ENTITY_BODY", None)
    message.properties.transport["Content-Type"] = media_type
