"""Apple's rules for ``POST /4/broadcasts/apps/<bundle id>``: a request in, an answer out.

Written from Apple's documentation ("Sending broadcast push notification requests to APNs") and from
what has been seen on the wire in 2026. The order of the checks is this file's: method, path,
repeated headers, credentials, app, capability, header fields, channel, payload.
"""

from __future__ import annotations

from apns_connector.simulator.behaviour import ACCEPTED
from apns_connector.simulator.channel_rules import (
    app_reason,
    is_channel_id,
    refusal,
    unknown_channel_reason,
)
from apns_connector.simulator.channels import NO_MESSAGE, Channels
from apns_connector.simulator.client_certificate import ClientCertificate
from apns_connector.simulator.provider_token import Binding
from apns_connector.simulator.rules import (
    BROADCAST_PATH,
    PRIORITIES,
    Judgement,
    Policy,
    Request,
    duplicate_reason,
    is_expiration,
    is_uuid,
    judge_credentials,
)

PAYLOAD_LIMIT = 5120

_PUSH_TYPE = b"liveactivity"


def judge_broadcast(
    request: Request,
    certificate: ClientCertificate | None,
    binding: Binding | None,
    policy: Policy,
    channels: Channels,
    now: float,
) -> Judgement:
    """As :func:`rules.judge`, for a request whose path begins with ``BROADCAST_PATH``."""
    fields = dict(request.headers)
    app = request.path.removeprefix(BROADCAST_PATH)
    reason = _target_reason(request, app) or duplicate_reason(request, fields)
    if reason is not None:
        return Judgement(refusal(reason), binding, authenticated=False)
    credentials = judge_credentials(fields, certificate, binding, policy, now)
    binding = credentials.binding
    if credentials.reason is not None:
        return Judgement(refusal(credentials.reason), binding, authenticated=False)
    reason = (
        app_reason(app, certificate, binding, policy, channels)
        or _field_reason(fields)
        or _channel_reason(request, fields, app, channels)
        or _payload_reason(request.body)
    )
    return Judgement(ACCEPTED if reason is None else refusal(reason), binding, authenticated=True)


def _target_reason(request: Request, app: str) -> str | None:
    if request.method != "POST":
        return "MethodNotAllowed"
    return "BadPath" if not app or "/" in app else None


def _field_reason(fields: dict[bytes, bytes]) -> str | None:
    """Priority and expiration are not optional here, as they are for devices."""
    for name in (b"apns-request-id", b"apns-id"):
        if name in fields and not is_uuid(fields[name]):
            return "BadMessageId"
    push_type = fields.get(b"apns-push-type")
    if push_type is None:
        return "MissingPushType"
    if push_type.lower() != _PUSH_TYPE:  # Apple's own pages differ in the case
        return "InvalidPushType"
    if fields.get(b"apns-priority") not in PRIORITIES:
        return "BadPriority"
    return None if is_expiration(fields.get(b"apns-expiration", b"")) else "BadExpirationDate"


def _channel_reason(
    request: Request, fields: dict[bytes, bytes], app: str, channels: Channels
) -> str | None:
    channel_id = request.channel_id
    if channel_id is None:
        return "MissingChannelId"
    if not is_channel_id(channel_id):
        return "BadChannelId"
    reason = unknown_channel_reason(app, channel_id, channels)
    if reason is not None:
        return reason
    stores_nothing = channels.of(app)[channel_id] == NO_MESSAGE
    if stores_nothing and int(fields[b"apns-expiration"]) != 0:
        return "BadExpirationDate"
    return None


def _payload_reason(body: bytes) -> str | None:
    if not body:
        return "PayloadEmpty"
    return "PayloadTooLarge" if len(body) > PAYLOAD_LIMIT else None
