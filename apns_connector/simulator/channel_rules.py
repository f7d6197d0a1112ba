"""Apple's rules for channels: who may manage them, and which requests are refused.

Written from Apple's documentation ("Sending channel management requests to APNs", "Handling error
responses from APNs") and from what has been seen on the wire in 2026, not from the client's
tables. Apple does not document the order of its checks; this is the order of this file: method,
path, repeated headers, credentials, app, capability, request id, and then what the operation needs.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from apns_connector.simulator.behaviour import Answer, rejection
from apns_connector.simulator.channels import (
    PUSH_TYPE,
    STORAGE_POLICIES,
    Channels,
    Create,
    Delete,
    List,
    Operation,
    Read,
)
from apns_connector.simulator.client_certificate import ClientCertificate
from apns_connector.simulator.provider_token import Binding
from apns_connector.simulator.rules import (
    Policy,
    Request,
    bundle_id,
    duplicate_reason,
    is_uuid,
    judge_credentials,
)

# Reasons that notifications to devices do not know, beside those of behaviour.STATUS_OF.
CHANNEL_STATUS_OF: dict[str, int] = {
    "FeatureNotEnabled": 400,
    "BroadcastFeatureNotEnabled": 400,  # on the wire in 2026; Apple documents the row above
    "MissingChannelId": 400,
    "BadChannelId": 400,
    "ChannelNotRegistered": 400,
    "BadRequestParams": 400,
    "BadRequestPayload": 400,
    "MissingChannelQueueSize": 400,  # undocumented; seen on the wire
    "MissingPushType": 400,
    "CannotCreateChannelConfig": 400,
    "TopicMismatch": 403,
}
BODY_LIMIT = 5120
CHANNEL_ID_LIMIT = 255  # characters; Apple says only that there is a limit

_PATH = re.compile(r"/1/apps/([^/]+)/(channels|all-channels)")
_METHODS = ("GET", "POST", "DELETE")
_BUNDLE_ID = re.compile(r"[A-Za-z0-9._-]{1,255}")
_KEYS = {"message-storage-policy", "push-type"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """``decided``: what to do, or the reason against it; the rest as in a judgement."""

    decided: Operation | str
    binding: Binding | None
    authenticated: bool


def refusal(reason: str) -> Answer:
    return rejection(reason, CHANNEL_STATUS_OF.get(reason))


def judge_management(
    request: Request,
    certificate: ClientCertificate | None,
    binding: Binding | None,
    policy: Policy,
    channels: Channels,
    now: float,
) -> Ruling:
    """What to do about a request to the management port; nothing is done here."""
    fields = dict(request.headers)
    app, resource = _target(request.path)
    reason = _target_reason(request.method, resource) or duplicate_reason(request, fields)
    if reason is not None:
        return Ruling(reason, binding, authenticated=False)
    credentials = judge_credentials(fields, certificate, binding, policy, now)
    binding = credentials.binding
    if credentials.reason is not None:
        return Ruling(credentials.reason, binding, authenticated=False)
    decided = (
        app_reason(app, certificate, binding, policy, channels)
        or _id_reason(fields)
        or _operation(request, fields, app, resource, channels)
    )
    return Ruling(decided, binding, authenticated=True)


def app_reason(
    app: str,
    certificate: ClientCertificate | None,
    binding: Binding | None,
    policy: Policy,
    channels: Channels,
) -> str | None:
    """Whether these credentials are for the app, and the app has the broadcast capability."""
    if not _BUNDLE_ID.fullmatch(app) or bundle_id(app) != app:
        return "TopicDisallowed"
    of_key = None if binding is None else binding.key.topics
    allowed = (policy.topics, of_key) if certificate is None else (certificate.topics,)
    if any(topics is not None and app not in topics for topics in allowed):
        return "TopicMismatch"
    return None if channels.enabled(app) else "BroadcastFeatureNotEnabled"


def is_channel_id(channel_id: str) -> bool:
    """Whether it could be one at all."""
    try:
        decodable = bool(base64.b64decode(channel_id, validate=True))
    except ValueError:
        decodable = False
    return decodable and len(channel_id) <= CHANNEL_ID_LIMIT


def unknown_channel_reason(app: str, channel_id: str, channels: Channels) -> str | None:
    """As seen from Apple: a channel that was deleted differs from one that never was."""
    if channel_id in channels.of(app):
        return None
    return "ChannelNotRegistered" if channels.was_deleted(app, channel_id) else "BadChannelId"


def _target(path: str) -> tuple[str, str]:
    """The app, and what of it is asked for; both empty for another path."""
    target = _PATH.fullmatch(path)
    return ("", "") if target is None else (target[1], target[2])


def _target_reason(method: str, resource: str) -> str | None:
    if method not in _METHODS:
        return "MethodNotAllowed"
    if not resource or (resource == "all-channels" and method != "GET"):
        return "BadPath"
    return None


def _id_reason(fields: dict[bytes, bytes]) -> str | None:
    request_id = fields.get(b"apns-request-id")
    return None if request_id is None or is_uuid(request_id) else "BadMessageId"


def _operation(
    request: Request, fields: dict[bytes, bytes], app: str, resource: str, channels: Channels
) -> Operation | str:
    if resource == "all-channels":
        return List(app)
    if request.method == "POST":
        return _creation(request.body, app, channels)
    channel_id = request.channel_id
    if channel_id is None:
        return "MissingChannelId"
    if not is_channel_id(channel_id):
        return "BadChannelId"
    unknown = unknown_channel_reason(app, channel_id, channels)
    if request.method == "GET":
        return unknown or Read(app, channel_id)
    # Seen: BadPath, whether it was deleted before or never was.
    return "BadPath" if unknown else Delete(app, channel_id)


def _creation(body: bytes, app: str, channels: Channels) -> Operation | str:
    if not body:
        return "PayloadEmpty"
    if len(body) > BODY_LIMIT:
        return "PayloadTooLarge"
    content = _object(body)
    if content is None:
        return "BadRequestPayload"
    reason = _content_reason(content)
    if reason is not None:
        return reason
    if len(channels.of(app)) >= channels.most:
        return "CannotCreateChannelConfig"
    return Create(app, content["message-storage-policy"])


def _content_reason(content: dict[str, Any]) -> str | None:
    if not content.keys() <= _KEYS:
        return "BadRequestParams"
    storage_policy = content.get("message-storage-policy")
    if type(storage_policy) is not int or storage_policy not in STORAGE_POLICIES:
        return "MissingChannelQueueSize"
    push_type = content.get("push-type")
    if push_type is None:
        return "MissingPushType"
    same = isinstance(push_type, str) and push_type.lower() == PUSH_TYPE.lower()
    return None if same else "InvalidPushType"


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
