"""How an operation fails: a code, a sentence, a detail, and what the flow then finds.

Source: ``org.wso2.carbon.connector.apns.Utils`` of the WSO2 connector, whose texts are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from apns_connector.apns import Response
from apns_connector.apns.reasons import ILLEGAL_PARAMETER, OTHER
from apns_connector.errors import (
    ApnsError,
    MediationError,
    NotSent,
    OutcomeUnknown,
)
from apns_connector.mediation.message import Message
from apns_connector.mediation.xml import Element
from apns_connector.operations.output import INTO_BODY, Output
from apns_connector.operations.result import NAMESPACE, append_members, without_nothing


class OperationError(Exception):
    """An operation did not do what it was asked; ``code`` is APNS_000001 to 7.

    ``detail`` names Apple's status and reason where Apple spoke. ``content``: what the result tells
    all the same, such as the outcome of each device. It is turned into ERROR_* properties by
    :func:`record` and never leaves the operation.
    """

    def __init__(
        self,
        code: str,
        sentence: str,
        detail: str | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.detail = detail or sentence
        self.content = content or {}

    @classmethod
    def illegal(cls, sentence: str) -> OperationError:
        """A parameter is missing or not valid."""
        return cls(ILLEGAL_PARAMETER, sentence)

    @classmethod
    def missing(cls, name: str) -> OperationError:
        return cls.illegal(f"Mandatory property apns.{name} is missing.")

    @classmethod
    def from_rejection(cls, response: Response) -> OperationError:
        """Apple said no."""
        row = response.explanation
        if row is None:
            raise ValueError("an accepted notification is no failure")
        detail = f"{response.status} {row.name}: {row.sentence}"
        if response.invalid_since is not None:
            since = f"{response.invalid_since:%Y-%m-%dT%H:%M:%SZ}"
            detail += f" Invalid since {since} (timestamp {response.timestamp})."
        return cls(row.code, f"APNs rejected the notification: {row.name}", detail)

    @classmethod
    def from_error(cls, error: ApnsError) -> OperationError:
        """Nothing was sent, or nobody answered."""
        match error:
            case NotSent():
                detail = f"Not sent, so safe to send again: {error}"
                return cls(error.code, "Cannot connect to APNs", detail)
            case OutcomeUnknown():
                detail = f"It may or may not have been delivered: {error}"
                return cls(error.code, "No answer from APNs", detail)
        return cls(error.code, str(error))

    @classmethod
    def unknown(cls) -> OperationError:
        """A mistake of ours; the log has it."""
        return cls(OTHER, "Unknown error")


def record(message: Message, failure: OperationError, output: Output = INTO_BODY) -> MediationError:
    """Put ``failure`` where a fault sequence looks for it, and return what ends the flow.

    In the body, unless ``output`` says otherwise, the first element is replaced by
    ``<apns:errorResponse>``, and the envelope stays; JSON becomes an object with ``error`` in it.
    """
    text = f"{failure.sentence} - Error Code : <{failure.code}>"
    error = MediationError(
        f"Error in sending push notification. Error Code : <{failure.code}>",
        failure.code,
        failure.detail,
    )
    properties = message.properties
    properties.set("ERROR_EXCEPTION", error)
    properties.set("ERROR_MESSAGE", text)
    properties.set("ERROR_DETAIL", failure.detail)
    properties.set("ERROR_CODE", failure.code)
    output.put(
        message,
        lambda: _error_payload(failure),
        None,
        lambda: message.replace_payload(_error_response(text, failure)),
    )
    return error


def _error_payload(failure: OperationError) -> dict[str, Any]:
    error = {"code": failure.code, "message": failure.sentence, "detail": failure.detail}
    return {"success": False, **without_nothing(failure.content), "error": error}


def _error_response(text: str, failure: OperationError) -> Element:
    response = etree.Element(f"{{{NAMESPACE}}}errorResponse", nsmap={"apns": NAMESPACE})
    append_members(response, {"errorMessage": text, "errorCode": failure.code, **failure.content})
    return response
