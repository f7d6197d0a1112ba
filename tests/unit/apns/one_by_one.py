"""What the HTTP/2 core reports, with an event of its own for each accepted request: how many share
one depends on how the network cuts, and on nothing that a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apns_connector.apns.http2_events import Accepted, Answered, Event


def one_by_one(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Accepted):
            yield from (Answered(tag, 200, block) for tag, block in event.answers)
        else:
            yield event
