"""What goes out: the outcome of each notification, and the unregistered device tokens."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Word = Literal["accepted", "rejected", "notSent", "unknown", "invalid"]


class Outcome(
    msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", kw_only=True, gc=False
):
    """What became of one notification.

    accepted: Apple will try to deliver it. rejected: Apple said no. notSent: Apple has certainly
    not processed it, so it can be sent again. unknown: it was sent, and nobody knows. invalid: it
    was never sent, since Apple would refuse it.
    """

    outcome: Word
    apns_id: str | None = None
    status: Annotated[int | None, Meta(description="The HTTP status of Apple's answer.")] = None
    reason: Annotated[str | None, Meta(description="Apple's word, verbatim.")] = None
    timestamp: Annotated[
        int | None, Meta(description="Since when the device token is gone, in milliseconds.")
    ] = None
    detail: str | None = None
    pointer: Annotated[
        str | None, Meta(description="A JSON Pointer to the member that is not valid.")
    ] = None


class Outcomes(msgspec.Struct, frozen=True, rename="camel"):
    """Of a list: one outcome for each notification, in their order."""

    accepted: int
    failed: int
    notifications: list[Outcome]


class Device(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A device token that no longer receives notifications for its topic."""

    device_token: str
    reason: str
    seen_at: str
    topic: str | None = None
    invalid_since: Annotated[
        str | None, Meta(description="When Apple found it out; keep what was registered later.")
    ] = None


class UnregisteredPage(msgspec.Struct, frozen=True, rename="camel"):
    """The oldest first. ``upTo`` is where the page ends, ``more`` whether there is another."""

    up_to: int
    more: bool
    devices: list[Device]


class Cleared(msgspec.Struct, frozen=True):
    cleared: int
