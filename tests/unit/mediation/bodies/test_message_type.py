"""What a message is written as."""

from __future__ import annotations

from collections.abc import Callable

from apns_connector.mediation.bodies.message_type import JSON, set_message_type
from apns_connector.mediation.message import Message


def test_property_and_header_name_the_type_and_there_is_a_body(
    new_message: Callable[..., Message],
) -> None:
    message = new_message(headers=[("content-type", "text/xml")])
    message.properties.set("NO_ENTITY_BODY", True, "axis2")
    set_message_type(message, JSON)
    assert message.properties.axis2 == {"messageType": JSON, "ContentType": JSON}
    assert dict(message.properties.transport) == {"Content-Type": JSON}
