"""What can be seen of the pool from outside: values, true at the moment they were taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apns_connector.apns.pool import Bound


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """One connection. ``number``: from 1 in the life of the client; ``address``: of the server's
    end, ``host:port``; ``opened_at``: in UTC; ``sent``: notifications written to it so far;
    ``open_streams``: those without an answer yet; ``max_streams``: how many the server allows;
    ``usable``: it takes more."""

    number: int
    address: str
    opened_at: datetime
    sent: int
    open_streams: int
    max_streams: int
    usable: bool


@dataclass(frozen=True, slots=True)
class PoolState:
    """All connections, those that only wait for their last answers included.

    ``waiting``: notifications on no connection, in line or pausing; ``most``: how many connections
    there may be; ``bound``: what limits the rate, as of the last time that notifications waited;
    ``trouble``: what last went wrong on the way to Apple, in a sentence, ``None`` at first.
    """

    connections: tuple[ConnectionState, ...]
    waiting: int
    most: int
    bound: Bound
    trouble: str | None
