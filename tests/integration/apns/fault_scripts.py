"""What a server with a fault does on one connection, frame by frame and byte by byte.

Scripts wait for what the client sends. They wait for a time only where the time is the fault.
"""

from __future__ import annotations

import asyncio
import uuid

from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame

from apns_connector.simulator.behaviour import Answer, rejection
from tests.integration.apns.scripted_server import (
    MAX_STREAMS,
    Peer,
    Script,
    accept_all,
    frames_of,
)

MANY = 20
"""How many notifications the scripts expect on their connection, unless they say otherwise."""

GARBAGE = b"\xff" * 64


# Bytes that are none of HTTP/2


async def garbage_at_once(peer: Peer) -> None:
    peer.mute = True
    peer.write(GARBAGE)


async def garbage_among_the_answers(peer: Peer) -> None:
    arrivals = await peer.requests(MANY)
    peer.write(peer.accept(*arrivals[:5]) + GARBAGE)
    peer.accept(*arrivals[5:])


async def half_a_frame(peer: Peer) -> None:
    """All are taken; one is answered, of the next answer there is half a frame, then silence."""
    arrivals = await peer.requests(MANY)
    peer.mute = True
    first, second, *_ = [peer.accept(arrival) for arrival in arrivals]
    peer.write(first + second[: len(second) // 2])


# Time


async def silence(peer: Peer) -> None:
    """All are taken, and nothing ever said, not even an acknowledgement."""
    await peer.until(lambda: bool(peer.arrivals))
    peer.mute = True
    peer.accept(*await peer.requests(MANY))


async def too_late(peer: Peer) -> None:
    """Every answer comes after the client has given its request up."""
    arrivals = await peer.requests(MANY)
    await peer.until(lambda: all(arrival.given_up for arrival in arrivals))
    peer.write(peer.accept(*arrivals))
    await accept_all(peer)


def stall(seconds: float) -> Script:
    """All requests lie about for a while, and are then answered."""

    async def play(peer: Peer) -> None:
        arrivals = await peer.requests(MANY)
        await asyncio.sleep(seconds)
        peer.write(peer.accept(*arrivals))
        await accept_all(peer)

    return play


# GOAWAY


def _goaway(last_stream_id: int) -> bytes:
    debug = b'{"reason":"Shutdown"}'
    return GoAwayFrame(last_stream_id=last_stream_id, additional_data=debug).serialize()


def goaway_halfway(streams: int, *, answers: bool) -> Script:
    """With ``streams`` open: GOAWAY for the newer half; the older half is taken."""

    async def play(peer: Peer) -> None:
        taken = (await peer.requests(streams))[: streams // 2]
        answered = peer.accept(*taken)
        peer.write(_goaway(taken[-1].stream_id))
        peer.write(answered if answers else b"")
        peer.session.close()

    return play


async def goaway_in_two_steps(peer: Peer) -> None:
    """As RFC 9113, section 6.8, asks for: first a warning, then how far the server came."""
    arrivals = await peer.requests(MANY)
    peer.write(_goaway(2**31 - 1))
    peer.write(_goaway(arrivals[4].stream_id) + peer.accept(*arrivals[:5]))
    peer.session.close()


# SETTINGS and windows


async def no_stream_at_first(peer: Peer) -> None:
    """To be played to a client that was told 0 streams."""
    peer.h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: MAX_STREAMS})
    peer.write()
    await accept_all(peer)


def narrow_window(size: int) -> Script:
    """The connection's window is used up, and opened when it is, again and again."""

    async def play(peer: Peer) -> None:
        opened = 65_535
        while True:
            await peer.until(lambda: peer.waiting or _received(peer) == opened)  # noqa: B023
            peer.write(peer.accept(*peer.waiting))
            if _received(peer) == opened:
                peer.h2.increment_flow_control_window(size)
                opened += size
                peer.write()

    return play


def _received(peer: Peer) -> int:
    return sum(arrival.body_bytes for arrival in peer.arrivals.values())


def narrow_stream_windows(size: int, *, by_settings: bool) -> Script:
    """Streams whose window of ``size`` bytes is used up get a wide one: each, or by SETTINGS."""

    async def play(peer: Peer) -> None:
        await peer.until(lambda: _received(peer) == MANY * size)
        if by_settings:
            peer.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 65_535})
        else:
            for stream_id in peer.arrivals:
                peer.h2.increment_flow_control_window(65_535 - size, stream_id)
        peer.h2.increment_flow_control_window(1 << 20)
        peer.write()
        await accept_all(peer)

    return play


# The end of a connection


def cut_after_each_byte(answer: Answer) -> list[Script]:
    """For one connection each: an acceptance, then 0, 1, 2... bytes of ``answer``, then the end.
    The last one gets all of it."""
    size = len(frames_of(answer, 3, str(uuid.uuid4())))
    return [_cut_after(size, answer) for size in range(size + 1)]


def _cut_after(size: int, answer: Answer) -> Script:
    async def play(peer: Peer) -> None:
        (first,) = await peer.requests(1)
        peer.write(peer.accept(first))
        _, second = await peer.requests(2)
        peer.write(peer.answer(second, answer)[:size])
        peer.session.close()

    return play


async def expired_token_then_stuck(peer: Peer) -> None:
    """The first is accepted; of those after it one is told that the provider token has expired,
    and the connection never says anything again."""
    (first,) = await peer.requests(1)
    peer.write(peer.accept(first))
    _, second, *_ = await peer.requests(MANY)
    peer.write(peer.answer(second, rejection("ExpiredProviderToken")))
    peer.mute = True
