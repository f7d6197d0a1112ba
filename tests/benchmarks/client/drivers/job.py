"""What a driver is told, as its one argument: JSON, so that it reads alike in any language."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Send ``warm_up`` notifications, then ``requests``, and say what the latter took.

    ``trust``, ``key``: PEM files. ``in_flight``: how many tasks await one answer each.
    ``connections``: at most; the client's own choice if ``None``. ``way``: "send" or "send_many",
    where there are both. ``loop``: one of Python's event loops.
    """

    port: int
    trust: str
    key: str
    key_id: str
    team_id: str
    topic: str
    requests: int
    warm_up: int
    in_flight: int
    connections: int | None = 1
    way: str = "send"
    loop: str = "asyncio"

    @classmethod
    def given(cls) -> Job:
        """The one on the command line."""
        return cls(**json.loads(sys.argv[1]))

    def as_argument(self) -> str:
        return json.dumps(asdict(self))
