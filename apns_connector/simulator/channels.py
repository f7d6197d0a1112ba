"""Broadcast channels as Apple keeps them: for each app those that are, and those that were.

In memory, and of one environment, as the simulator is. Source: Apple, "Sending channel management
requests to APNs" (UserNotifications).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from apns_connector.simulator.behaviour import Answer

CHANNELS_PER_APP = 10_000
NO_MESSAGE = 0
MOST_RECENT_MESSAGE = 1
STORAGE_POLICIES = (NO_MESSAGE, MOST_RECENT_MESSAGE)
PUSH_TYPE = "LiveActivity"

_ID_SIZE = 16  # bytes; 24 characters of base64, as seen


@dataclass(frozen=True, slots=True)
class Create:
    bundle_id: str
    storage_policy: int


@dataclass(frozen=True, slots=True)
class Read:
    bundle_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Delete:
    bundle_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class List:
    bundle_id: str


Operation = Create | Read | Delete | List


@dataclass(frozen=True, slots=True)
class ChannelAnswer(Answer):
    """A success that tells something: in header ``fields``, or as ``content`` in JSON."""

    fields: tuple[tuple[str, str], ...] = ()
    content: Mapping[str, Any] | None = None

    def _body(self) -> bytes:
        if self.content is None:
            return b""
        return json.dumps(self.content, separators=(",", ":")).encode()


@dataclass(slots=True)
class _App:
    """``policies``: the storage policy of each channel; ``deleted``: ids that never return."""

    policies: dict[str, int] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


class Channels:
    """The channels of all apps.

    :param most: how many one app may have
    :param enabled: bundle ids of the apps with the broadcast capability, ``None`` for any
    """

    def __init__(self, most: int = CHANNELS_PER_APP, enabled: frozenset[str] | None = None) -> None:
        self.most = most
        self._enabled = enabled
        self._apps: dict[str, _App] = {}

    def enabled(self, bundle_id: str) -> bool:
        return self._enabled is None or bundle_id in self._enabled

    def of(self, bundle_id: str) -> Mapping[str, int]:
        """The storage policy (0 no message, 1 the most recent one) of each channel of an app."""
        app = self._apps.get(bundle_id)
        return MappingProxyType({} if app is None else app.policies)

    def was_deleted(self, bundle_id: str, channel_id: str) -> bool:
        app = self._apps.get(bundle_id)
        return app is not None and channel_id in app.deleted

    def create(self, bundle_id: str, storage_policy: int = NO_MESSAGE) -> str:
        """The id of a new channel, whatever the limit."""
        channel_id = base64.b64encode(os.urandom(_ID_SIZE)).decode()
        self._apps.setdefault(bundle_id, _App()).policies[channel_id] = storage_policy
        return channel_id

    def delete(self, bundle_id: str, channel_id: str) -> None:
        """:raises KeyError: if there is none"""
        app = self._apps[bundle_id]
        del app.policies[channel_id]
        app.deleted.add(channel_id)

    def carry_out(self, operation: Operation) -> ChannelAnswer:
        """Do what the rules have nothing against."""
        bundle_id = operation.bundle_id
        match operation:
            case Create():
                channel_id = self.create(bundle_id, operation.storage_policy)
                return ChannelAnswer(201, fields=(("apns-channel-id", channel_id),))
            case Read():
                policy = self.of(bundle_id)[operation.channel_id]
                content = {"message-storage-policy": policy, "push-type": PUSH_TYPE}
                return ChannelAnswer(200, content=content)
            case Delete():
                self.delete(bundle_id, operation.channel_id)
                return ChannelAnswer(204)
            case List():
                return ChannelAnswer(200, content={"channels": list(self.of(bundle_id))})

    def to_json(self) -> dict[str, list[dict[str, Any]]]:
        """As the control port shows them: a list for each app."""
        return {
            bundle_id: [
                {"channel_id": channel_id, "message_storage_policy": policy}
                for channel_id, policy in app.policies.items()
            ]
            for bundle_id, app in self._apps.items()
        }
