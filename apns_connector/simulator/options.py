"""The options of a simulator."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from apns_connector.errors import ConfigurationError
from apns_connector.simulator.channels import CHANNELS_PER_APP
from apns_connector.simulator.decision import Handler

PRODUCTION = "production"
SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """How this Apple behaves; every default is what Apple does, where that is known.

    :param host: address to listen on for notifications; the control port is always on loopback
    :param port: for notifications, 0 for a free one
    :param control_port: 0 for a free one, ``None`` for none
    :param management_port: where channels are managed, 0 for a free one, ``None`` for none
    :param environment: ``sandbox`` or ``production``; production sends no ``apns-unique-id``
    :param topics: bundle ids of the team, ``None`` for any; without the suffix of a push type
    :param broadcast_apps: bundle ids with the broadcast capability, ``None`` for any
    :param channels_per_app: how many there may be
    :param max_concurrent_streams: of an authenticated connection
    :param streams_before_authenticated: of one that has neither certificate nor good token yet
    :param narrow_after_rejection: one stream after each rejection until the next success, as
        Apple was seen to do from 2016 to 2020
    :param token_update_interval: seconds between two new provider tokens on one connection
    :param keep: how many of the latest notifications are kept in memory
    :param clock: seconds since 1970, for provider tokens and the time of receipt
    :param handler: asked first for each request; ``None`` from it means Apple's rules
    :raises ConfigurationError: if a value is impossible
    """

    host: str = "127.0.0.1"
    port: int = 0
    control_port: int | None = 0
    management_port: int | None = 0
    environment: str = SANDBOX
    topics: frozenset[str] | None = None
    broadcast_apps: frozenset[str] | None = None
    channels_per_app: int = CHANNELS_PER_APP
    max_concurrent_streams: int = 1000
    streams_before_authenticated: int = 1
    narrow_after_rejection: bool = False
    token_update_interval: float = 1200.0
    keep: int = 100_000
    clock: Callable[[], float] = time.time
    handler: Handler | None = None

    def __post_init__(self) -> None:
        if self.environment not in (PRODUCTION, SANDBOX):
            raise ConfigurationError(
                f"environment must be {PRODUCTION} or {SANDBOX}, not '{self.environment}'"
            )
        for name in (
            "max_concurrent_streams",
            "streams_before_authenticated",
            "keep",
            "channels_per_app",
        ):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name} must be 1 or more, not {getattr(self, name)}")
