"""How much of everything one request, one connection and the whole gateway may take."""

from __future__ import annotations

from dataclasses import dataclass, fields

from apns_connector.mediation.bodies.content_limits import KIB, MIB, ContentLimits


@dataclass(frozen=True, slots=True)
class Limits(ContentLimits):
    """Sizes in bytes (``_bytes``), times in seconds (``_seconds``), all others are counts.

    What one body may take leads to 413.
    """

    # One connection.
    header_bytes: int = 32 * KIB  # request line and header fields together, else 431
    header_seconds: float = 5.0  # from the first byte of a request to its blank line, else 408
    body_seconds: float = 30.0  # from the blank line to the last byte of the body, else 408
    keep_alive_seconds: float = 60.0  # idle between two requests
    connections: int = 10_000  # open at the same time; a request beyond them gets 503

    # One request.
    flow_seconds: float = 60.0  # from the last byte of the body to the answer, else 504

    # The gateway.
    requests: int = 1_000  # in progress at the same time, bodies being read included, else 503
    bodies_bytes: int = 256 * MIB  # bodies of all requests in progress together, else 503
    large_body_bytes: int = 32 * KIB  # from here on parsed in a thread, so that others go on
    large_bodies: int = 32  # such requests mediated at the same time, others wait their turn
    retry_after_seconds: int = 1  # what a 503 tells the client
    stop_seconds: float = 20.0  # what requests in progress get when the server stops

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0:
                raise ValueError(f"Limits.{field.name} is {value}: it must be above zero")
