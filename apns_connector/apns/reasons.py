"""Apple's reasons: one table of name, status, sentence, what to do, and our public code.

Source: Apple, "Handling error responses from APNs" (UserNotifications); spellings seen on the
wire that Apple does not document are marked. A reason that is not in the table is kept verbatim
and judged by its status (:func:`explain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ILLEGAL_PARAMETER = "APNS_000001"
CERTIFICATE = "APNS_000002"
DESTINATION = "APNS_000003"
SERVICE = "APNS_000004"
RESPONSE_BUILDING = "APNS_000005"
PAYLOAD = "APNS_000006"
OTHER = "APNS_000007"


class Action(Enum):
    """What a provider does about a rejection."""

    FIX = "change the request; sending it again as it is fails again"
    FORGET_TOKEN = "stop sending to this device token"
    CREDENTIALS = "mend the certificate or key of the sender"
    NEW_TOKEN = "renew the provider token and open a new connection, once"
    NEW_CONNECTION = "open a new connection and send again"
    WAIT = "send again later"
    FORGET_CHANNEL = "stop publishing to this channel"
    ENABLE = "switch broadcasts on for the App ID in Apple's developer portal"


@dataclass(frozen=True, slots=True)
class Reason:
    """One row: ``status`` is the HTTP status Apple documents for ``name``."""

    name: str
    status: int
    code: str
    action: Action
    sentence: str


# fmt: off
_ROWS = (
    Reason("BadCollapseId", 400, ILLEGAL_PARAMETER, Action.FIX, "The collapse id is longer than 64 bytes."),
    Reason("BadDeviceToken", 400, ILLEGAL_PARAMETER, Action.FORGET_TOKEN, "The device token is malformed, or belongs to the other environment (sandbox or production)."),
    Reason("BadExpirationDate", 400, ILLEGAL_PARAMETER, Action.FIX, "The expiration is not a valid date."),
    Reason("BadMessageId", 400, ILLEGAL_PARAMETER, Action.FIX, "The id of the request is not a valid UUID."),
    Reason("BadPriority", 400, ILLEGAL_PARAMETER, Action.FIX, "The priority is not valid for this push type."),
    Reason("BadTopic", 400, ILLEGAL_PARAMETER, Action.FIX, "The topic is not valid."),
    Reason("DeviceTokenNotForTopic", 400, ILLEGAL_PARAMETER, Action.FORGET_TOKEN, "The device token belongs to another app than the topic."),
    Reason("DuplicateHeaders", 400, ILLEGAL_PARAMETER, Action.FIX, "A header was sent twice."),
    Reason("IdleTimeout", 400, SERVICE, Action.NEW_CONNECTION, "The connection was idle for too long."),
    Reason("InvalidPushType", 400, ILLEGAL_PARAMETER, Action.FIX, "The push type is unknown or does not match the topic."),
    Reason("MissingDeviceToken", 400, ILLEGAL_PARAMETER, Action.FIX, "The request names no device token."),
    Reason("MissingTopic", 400, ILLEGAL_PARAMETER, Action.FIX, "A topic is needed: the credentials allow several."),
    Reason("PayloadEmpty", 400, PAYLOAD, Action.FIX, "The payload is empty."),
    Reason("TopicDisallowed", 400, CERTIFICATE, Action.CREDENTIALS, "These credentials may not send to this topic."),
    Reason("BadCertificate", 403, CERTIFICATE, Action.CREDENTIALS, "The certificate is not valid."),
    Reason("BadCertificateEnvironment", 403, CERTIFICATE, Action.CREDENTIALS, "The certificate is for the other environment (sandbox or production)."),
    Reason("ExpiredProviderToken", 403, CERTIFICATE, Action.NEW_TOKEN, "The provider token is older than an hour; check this machine's clock."),
    Reason("Forbidden", 403, CERTIFICATE, Action.CREDENTIALS, "The action is not allowed."),
    Reason("InvalidProviderToken", 403, CERTIFICATE, Action.CREDENTIALS, "The provider token is not valid: check signing key, key id and team id."),
    Reason("MissingProviderToken", 403, CERTIFICATE, Action.CREDENTIALS, "Neither a client certificate nor a provider token was given."),
    Reason("UnrelatedKeyIdInToken", 403, CERTIFICATE, Action.CREDENTIALS, "The key id is unrelated to the one first used on this connection."),
    Reason("BadEnvironmentKeyIdInToken", 403, CERTIFICATE, Action.CREDENTIALS, "The signing key is for the other environment (sandbox or production)."),
    # Seen on the wire in October 2025 where Apple documents the row above.
    Reason("BadEnvironmentKeyInToken", 403, CERTIFICATE, Action.CREDENTIALS, "The signing key is for the other environment (sandbox or production)."),
    Reason("BadPath", 404, ILLEGAL_PARAMETER, Action.FIX, "The path of the request is wrong."),
    Reason("MethodNotAllowed", 405, OTHER, Action.FIX, "The method of the request is wrong."),
    Reason("ExpiredToken", 410, SERVICE, Action.FORGET_TOKEN, "The device token has expired."),
    Reason("Unregistered", 410, SERVICE, Action.FORGET_TOKEN, "The device token is no longer active for the topic: the app was removed."),
    Reason("PayloadTooLarge", 413, PAYLOAD, Action.FIX, "The payload is too long."),
    Reason("TooManyProviderTokenUpdates", 429, SERVICE, Action.WAIT, "The provider token was renewed more than once in 20 minutes."),
    Reason("TooManyRequests", 429, SERVICE, Action.WAIT, "Too many requests in a row, such as notifications to one device token."),
    Reason("InternalServerError", 500, SERVICE, Action.WAIT, "Apple's server failed."),
    Reason("ServiceUnavailable", 503, SERVICE, Action.WAIT, "Apple's service is not available."),
    Reason("Shutdown", 503, SERVICE, Action.NEW_CONNECTION, "Apple's server is shutting down."),
    # Broadcast channels: Apple, "Sending channel management requests to APNs".
    Reason("FeatureNotEnabled", 400, OTHER, Action.ENABLE, "Broadcasts are not switched on for the app."),
    # Seen on the wire in 2026 where Apple documents the row above.
    Reason("BroadcastFeatureNotEnabled", 400, OTHER, Action.ENABLE, "Broadcasts are not switched on for the app."),
    Reason("MissingChannelId", 400, ILLEGAL_PARAMETER, Action.FIX, "The request names no channel."),
    Reason("BadChannelId", 400, ILLEGAL_PARAMETER, Action.FORGET_CHANNEL, "The channel id is malformed, or was never given to this app in this environment (sandbox or production)."),
    Reason("ChannelNotRegistered", 400, SERVICE, Action.FORGET_CHANNEL, "The channel does not exist, or no longer does."),
    Reason("BadRequestParams", 400, ILLEGAL_PARAMETER, Action.FIX, "The request has a key that Apple does not know."),
    Reason("BadRequestPayload", 400, PAYLOAD, Action.FIX, "The body of the request is no JSON."),
    # Undocumented; seen on the wire.
    Reason("MissingChannelQueueSize", 400, ILLEGAL_PARAMETER, Action.FIX, "The storage policy is missing or not valid."),
    Reason("MissingPushType", 400, ILLEGAL_PARAMETER, Action.FIX, "The request names no push type."),
    Reason("CannotCreateChannelConfig", 400, OTHER, Action.FIX, "The app has as many channels as Apple allows: delete some."),
    Reason("TopicMismatch", 403, CERTIFICATE, Action.CREDENTIALS, "These credentials are not for this app."),
)
# fmt: on

REASONS: dict[str, Reason] = {row.name: row for row in _ROWS}


def explain(status: int, name: str) -> Reason:
    """The row of ``name``, or one made for it from ``status`` if Apple has invented it since.

    An unknown reason keeps its name, has the code APNS_000007 and is worth another try only when
    the status says that the fault is Apple's (429, 5xx).
    """
    known = REASONS.get(name)
    if known is not None:
        return known
    action = Action.WAIT if status == 429 or status >= 500 else Action.FIX
    return Reason(name, status, OTHER, action, "Apple gave a reason that is not documented.")
