"""Apple's rules for ``POST /3/device/<token>``: a request in, an answer out.

Written from Apple's documentation ("Sending notification requests to APNs", "Handling error
responses from APNs") and from what has been seen on the wire, not from the client's tables, so
that a mistake there does not pass here. Apple does not document the order of its checks; this is
the order of this file: method, path, duplicate headers, credentials, header fields, topic,
payload, device token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from apns_connector.simulator.behaviour import ACCEPTED, Answer, rejection
from apns_connector.simulator.client_certificate import ClientCertificate
from apns_connector.simulator.provider_token import (
    Binding,
    TokenPolicy,
    Verdict,
    judge_authorization,
)

PAYLOAD_LIMIT = 4096
VOIP_PAYLOAD_LIMIT = 5120
COLLAPSE_ID_LIMIT = 64
DEVICE_PATH = "/3/device/"
BROADCAST_PATH = "/4/broadcasts/apps/"

PUSH_TYPES = frozenset(
    b"alert background complication controls fileprovider liveactivity location mdm pushtotalk"
    b" voip widgets".split()
)
PRIORITIES = frozenset((b"10", b"5", b"1"))
TOPIC_SUFFIXES = (
    ".voip",
    ".voip-ptt",
    ".complication",
    ".pushkit.fileprovider",
    ".location-query",
    ".push-type.liveactivity",
    ".push-type.widgets",
    ".push-type.controls",
)

_UUID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TOPIC = re.compile(rb"[A-Za-z0-9._-]{1,255}")
# 32 bytes is the usual length, 100 the longest that Apple ever announced.
_DEVICE_TOKEN = re.compile(r"([0-9a-fA-F]{2}){32,100}")


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request; ``headers`` in order of arrival, repeated ones too, without ``:…``."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def device_token(self) -> str:
        """What stands where a device token belongs, in lower case; empty for another path."""
        path = self.path
        return path[len(DEVICE_PATH) :].lower() if path.startswith(DEVICE_PATH) else ""

    @property
    def is_broadcast(self) -> bool:
        return self.path.startswith(BROADCAST_PATH)

    @property
    def authorization(self) -> bytes | None:
        return self._field(b"authorization")

    @property
    def id_name(self) -> str:
        """The header field with the id: broadcasts and channels have another than devices."""
        return "apns-request-id" if self.path.startswith(("/1/", "/4/")) else "apns-id"

    @property
    def apns_id(self) -> str | None:
        """The request's own id, if it is one; one of Apple's samples broadcasts with apns-id."""
        value = self._field(self.id_name.encode()) or self._field(b"apns-id") or b""
        return value.decode("ascii") if is_uuid(value) else None

    @property
    def channel_id(self) -> str | None:
        """The channel that a broadcast or an operation on channels names."""
        value = self._field(b"apns-channel-id")
        return None if value is None else value.decode("latin-1")

    def _field(self, wanted: bytes) -> bytes | None:
        return next((value for name, value in self.headers if name == wanted), None)


@dataclass(frozen=True, slots=True)
class Policy:
    """What this Apple knows: ``topics`` are the bundle ids of the team, ``None`` for any."""

    tokens: TokenPolicy
    topics: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer, what the connection is bound to now, and whether the credentials were good."""

    answer: Answer
    binding: Binding | None
    authenticated: bool


def judge(
    request: Request,
    certificate: ClientCertificate | None,
    binding: Binding | None,
    policy: Policy,
    now: float,
) -> Judgement:
    """The answer to ``request`` on a connection with that certificate and binding.

    ``now`` is in seconds since 1970, as in the provider token.
    """
    fields = dict(request.headers)
    reason = _target_reason(request) or duplicate_reason(request, fields)
    if reason is not None:
        return Judgement(rejection(reason), binding, authenticated=False)
    credentials = judge_credentials(fields, certificate, binding, policy, now)
    binding = credentials.binding
    if credentials.reason is not None:
        return Judgement(rejection(credentials.reason), binding, authenticated=False)
    topic = _topic(fields, certificate)
    reason = (
        _field_reason(fields)
        or _topic_reason(topic, certificate, binding, policy)
        or _push_type_reason(fields, topic)
        or _payload_reason(request, fields, topic)
        or _device_token_reason(request, fields, topic)
    )
    return Judgement(ACCEPTED if reason is None else rejection(reason), binding, authenticated=True)


def judge_credentials(
    fields: dict[bytes, bytes],
    certificate: ClientCertificate | None,
    binding: Binding | None,
    policy: Policy,
    now: float,
) -> Verdict:
    """A certificate counts alone; without one the provider token does."""
    if certificate is not None:
        return Verdict(None if certificate.topics else "BadCertificate", binding)
    return judge_authorization(fields.get(b"authorization"), binding, policy.tokens, now)


def is_uuid(value: bytes) -> bool:
    return _UUID.fullmatch(value) is not None


def is_expiration(value: bytes) -> bool:
    """Seconds since 1970, in digits."""
    return value.isdigit() and len(value) < 20


def bundle_id(topic: str) -> str:
    """``topic`` without the suffix that a push type asks for."""
    for suffix in TOPIC_SUFFIXES:
        if topic.endswith(suffix):
            return topic.removesuffix(suffix)
    return topic


def _target_reason(request: Request) -> str | None:
    if request.method != "POST":
        return "MethodNotAllowed"
    device_token = request.device_token
    if not request.path.startswith(DEVICE_PATH) or "/" in device_token:
        return "BadPath"
    return None if device_token else "MissingDeviceToken"


def duplicate_reason(request: Request, fields: dict[bytes, bytes]) -> str | None:
    return None if len(fields) == len(request.headers) else "DuplicateHeaders"


def _field_reason(fields: dict[bytes, bytes]) -> str | None:
    """The header fields that can be judged each by itself."""
    apns_id = fields.get(b"apns-id")
    if apns_id is not None and not is_uuid(apns_id):
        return "BadMessageId"
    expiration = fields.get(b"apns-expiration")
    if expiration is not None and not is_expiration(expiration):
        return "BadExpirationDate"
    priority = fields.get(b"apns-priority")
    push_type = fields.get(b"apns-push-type")
    if priority is not None and priority not in PRIORITIES:
        return "BadPriority"
    if push_type == b"background" and priority == b"10":
        return "BadPriority"
    if len(fields.get(b"apns-collapse-id", b"")) > COLLAPSE_ID_LIMIT:
        return "BadCollapseId"
    if push_type is not None and push_type not in PUSH_TYPES:
        return "InvalidPushType"
    return None


def _topic(fields: dict[bytes, bytes], certificate: ClientCertificate | None) -> str | None:
    """The topic named, or that of the certificate; empty if it cannot be one."""
    named = fields.get(b"apns-topic")
    if named is not None:
        return named.decode("ascii") if _TOPIC.fullmatch(named) else ""
    return None if certificate is None else certificate.default_topic


def _topic_reason(
    topic: str | None,
    certificate: ClientCertificate | None,
    binding: Binding | None,
    policy: Policy,
) -> str | None:
    if topic is None:
        return "MissingTopic"
    if not topic:
        return "BadTopic"
    if certificate is not None:
        return None if topic in certificate.topics else "TopicDisallowed"
    bundle = bundle_id(topic)
    of_key = None if binding is None else binding.key.topics
    known = all(allowed is None or bundle in allowed for allowed in (policy.topics, of_key))
    return None if known else "TopicDisallowed"


def _push_type_reason(fields: dict[bytes, bytes], topic: str | None) -> str | None:
    """The one disagreement that Apple is known to refuse here; others it may just not deliver."""
    if _is_voip(topic) and fields.get(b"apns-push-type") in (b"alert", b"background"):
        return "InvalidPushType"
    return None


def _payload_reason(request: Request, fields: dict[bytes, bytes], topic: str | None) -> str | None:
    size = len(request.body)
    if not size:
        return "PayloadEmpty"
    voip = _is_voip(topic) or fields.get(b"apns-push-type") == b"voip"
    return "PayloadTooLarge" if size > (VOIP_PAYLOAD_LIMIT if voip else PAYLOAD_LIMIT) else None


def _device_token_reason(
    request: Request, fields: dict[bytes, bytes], topic: str | None
) -> str | None:
    if not _DEVICE_TOKEN.fullmatch(request.device_token):
        return "BadDeviceToken"
    if fields.get(b"apns-push-type") == b"voip" and not _is_voip(topic):
        return "DeviceTokenNotForTopic"
    return None


def _is_voip(topic: str | None) -> bool:
    return topic is not None and topic.endswith(".voip")
