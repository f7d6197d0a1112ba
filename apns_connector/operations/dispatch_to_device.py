"""``apns.dispatchToDevice``: one notification to one device.

The class mediator at the end of the operation's template. It takes the place of the Java class
``org.wso2.carbon.connector.apns.DispatchToDevice``, with these differences, where the connector
did not do what its documentation said: an absent alert or sound is left out instead of failing, a
payload may have Apple's 4096 bytes, nothing secret is logged, a rejection by Apple is a failure
with Apple's reason, and nothing of this dispatch is left for the next one on the same message.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import Final

from lxml import etree

from apns_connector.apns import Notification, Response, clean_device_token
from apns_connector.apns import payload as payloads
from apns_connector.apns.reasons import RESPONSE_BUILDING
from apns_connector.errors import ApnsError, XmlError
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion, new_envelope
from apns_connector.operations.clients import Clients
from apns_connector.operations.failure import NAMESPACE, OperationError, record
from apns_connector.operations.init import CertificateFile, Init, read_init
from apns_connector.operations.parameters import optional, text, whole_number

logger = logging.getLogger(__name__)

JAVA_CLASS: Final = "org.wso2.carbon.connector.apns.DispatchToDevice"

_PARAMETERS: Final = ("deviceToken", "alert", "sound", "badge")
_OUTCOME: Final = ("apns.status", "apns.reason", "apns.id", "apns.timestamp")


class DispatchToDevice:
    """The operation, sending through ``clients``."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def mediate(self, message: Message) -> bool:
        """True, with the result envelope in place; raises MediationError after a failure."""
        for name in _OUTCOME:
            message.properties.remove(name)
        try:
            response = await self._dispatch(message)
            _set_outcome(message, response)
            if not response.accepted:
                raise OperationError.from_rejection(response)
            _answer(message)
            logger.debug("Accepted: %r", response.notification)
        except OperationError as failure:
            _log_failure(message, failure)
            raise record(message, failure) from failure
        finally:
            for name in _PARAMETERS:
                message.properties.remove(f"apns.{name}")
        return True

    async def _dispatch(self, message: Message) -> Response:
        try:
            notification = read_notification(message)
            init, file = read_init(message)
            return await self._send(init, file, notification)
        except ApnsError as error:
            raise OperationError.from_error(error) from error
        except OperationError:
            raise
        except Exception as error:
            logger.exception("A notification could not be dispatched")
            raise OperationError.unknown() from error

    async def _send(
        self, init: Init, file: CertificateFile, notification: Notification
    ) -> Response:
        destination = self._clients.destination(init.destination)
        certificate = await self._clients.certificate(file.content, init.password, file.name)
        client = await self._clients.client(certificate, destination)
        return await client.send(notification)


def read_notification(message: Message) -> Notification:
    """The notification that the properties describe.

    A badge is always part of it, 0 by default, as documented. Raises :class:`OperationError`, and
    :class:`NotificationError` for a device token that is none.
    """
    alert = optional(message, "alert")
    sound = optional(message, "sound")
    badge = whole_number(message, "badge", default=0)
    device_token = text(message, "deviceToken")
    if device_token is None:
        raise OperationError.missing("deviceToken")
    if not device_token.strip():
        raise OperationError.illegal("Device token is empty")
    return Notification(
        device_token=clean_device_token(device_token),
        payload=payloads.aps(alert=alert, sound=sound, badge=badge),
    )


def _log_failure(message: Message, failure: OperationError) -> None:
    """One line with all that whoever reads the log needs to find the cause and the message."""
    get = message.properties.get
    logger.warning(
        "dispatchToDevice failed with %s: %s (device token …%s, apns-id %s, proxy %s, message %s)",
        failure.code,
        failure.sentence if failure.detail == failure.sentence else failure.detail,
        str(get("apns.deviceToken") or "")[-8:],
        get("apns.id"),
        message.service.name if message.service is not None else None,
        message.message_id,
    )


def _set_outcome(message: Message, response: Response) -> None:
    properties = message.properties
    properties.set("apns.status", str(response.status))
    properties.set("apns.id", response.apns_id)
    properties.set("apns.reason", response.reason)
    if response.timestamp is not None:
        properties.set("apns.timestamp", str(response.timestamp))


def _result() -> etree._Element:
    result = etree.Element(f"{{{NAMESPACE}}}dispatchToDeviceResult", nsmap={"apns": NAMESPACE})
    etree.SubElement(result, f"{{{NAMESPACE}}}successful").text = "true"
    return new_envelope(SoapVersion.SOAP11, result)


_RESULT: Final = _result()


def _answer(message: Message) -> None:
    """Put the result in the place of the whole envelope, headers included, as SOAP 1.1."""
    try:
        message.replace_envelope(deepcopy(_RESULT))
    except XmlError as error:
        raise OperationError(
            RESPONSE_BUILDING, "Error building the response envelope", str(error)
        ) from error
