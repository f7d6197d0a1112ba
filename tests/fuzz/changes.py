"""Changes conversations at random: step by step, frame by frame, byte by byte."""

from __future__ import annotations

import random
from struct import pack

from tests.fuzz import conversation
from tests.fuzz.conversation import Conversation, Step

INTERESTING = (0, 1, 5, 7, 9, 11, 100, 16_384, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
SIZES = (0, 1, 10, 300, 16_384, 16_385, 65_535, 65_536, 100_000)
OURS = ("get", "delete", "cancel", "authorize", "ping", "close", *["send"] * 3, *["take"] * 2)
BLOCKS = (b"\x88", b"\x8c", b"\x48\x03103", b"\x00\x01x\x01y", b"\xbe", b"\x20\x88", b"", b":")


def change(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    steps = conversation.read(data.decode())
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        steps = chance.choice(HOW)(steps, chance, others)
    return conversation.write(steps[:400]).encode()


def drop(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    start = chance.randint(0, len(steps))
    return steps[:start] + steps[start + chance.choice((1, 1, 3)) :]


def double(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    at = chance.randint(0, len(steps))
    return steps[:at] + steps[at : at + 1] * chance.choice((2, 2, 20)) + steps[at + 1 :]


def move(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    start, to = chance.randint(0, len(steps)), chance.randint(0, len(steps))
    rest = steps[:start] + steps[start + 1 :]
    return rest[:to] + steps[start : start + 1] + rest[to:]


def ours(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    name = chance.choice(OURS)
    number = {"send": chance.choice(SIZES), "cancel": chance.randint(0, 9)}.get(name, 40)
    return insert(steps, chance, Step(name, number if name in conversation.NUMBERED else 0))


def theirs(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    """A frame of any kind, more or less well-formed."""
    kind = chance.randint(0, 10)
    payload = {
        0: bytes(chance.choice((0, 1, 40, 300))),
        1: b"".join(chance.choices(BLOCKS, k=chance.randint(1, 3))),
        2: bytes(5),
        3: pack(">L", chance.randint(0, 14)),
        4: b"".join(
            pack(">HL", chance.randint(0, 6), chance.choice(INTERESTING))
            for _ in range(chance.randint(0, 3))
        ),
        6: chance.randbytes(8),
        7: pack(">LL", chance.choice(INTERESTING), chance.randint(0, 14)),
        8: pack(">L", chance.choice(INTERESTING)),
        9: chance.choice(BLOCKS),
    }.get(kind, chance.randbytes(chance.randint(0, 20)))
    on_connection = kind in (4, 6, 7) or (kind == 8 and chance.random() < 0.5)
    stream_id = 0 if on_connection else chance.choice((1, 3, 5, 7, 9, 11))
    flags = 0 if kind in (4, 6) else chance.choice((0, 1, 4, 5, 5, 8, 0x0D, 0x2D, 0xFF))
    data = pack(">L", len(payload))[1:] + bytes((kind, flags)) + pack(">L", stream_id) + payload
    return insert(steps, chance, Step("give", data=data))


def bend(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    """One of the given frames, spoilt a little."""
    given = [number for number, step in enumerate(steps) if step.name == "give" and step.data]
    if not given:
        return steps
    at = chance.choice(given)
    data = bytearray(steps[at].data)
    match chance.randint(0, 6):
        case 0:
            data[chance.randrange(len(data))] ^= 1 << chance.randint(0, 7)
        case 1:
            data[chance.randrange(len(data))] = chance.randint(0, 255)
        case 2 if len(data) > 4:
            data[4] ^= chance.choice((1, 4, 8, 0x20))
        case 3 if len(data) >= 9:
            data[5:9] = pack(">L", chance.choice((*INTERESTING, 1, 3, 5, 7)))
        case 4 if len(data) >= 13:
            start = chance.randint(9, len(data) - 4)
            data[start : start + 4] = pack(">L", chance.choice(INTERESTING))
        case 5:
            start = chance.randint(0, len(data))
            data[start : start + chance.randint(0, 9)] = chance.randbytes(chance.randint(0, 9))
        case _ if len(data) >= 9:
            payload = data[9:] + chance.randbytes(chance.choice((0, 1, 5)))
            payload = payload[: chance.randint(0, len(payload))]
            data[:3], data[9:] = pack(">L", len(payload))[1:], payload
    return [*steps[:at], Step("give", data=bytes(data)), *steps[at + 1 :]]


def splice(steps: Conversation, chance: random.Random, others: list[bytes]) -> Conversation:
    other = conversation.read(chance.choice(others).decode())
    start = chance.randint(0, len(other))
    return steps[: chance.randint(0, len(steps))] + other[start : start + chance.choice((3, 30))]


def split(steps: Conversation, chance: random.Random, _: list[bytes]) -> Conversation:
    """HEADERS or CONTINUATION in two frames."""
    blocks = [at for at, step in enumerate(steps) if step.data[3:4] in (b"\1", b"\x09")]
    if not blocks:
        return steps
    at = chance.choice(blocks)
    data = steps[at].data
    head, payload, end = data[3:9], data[9:], data[4] & 4
    where = chance.randint(0, len(payload))
    first = pack(">L", where)[1:] + bytes((head[0], head[1] & ~4)) + head[2:] + payload[:where]
    rest = pack(">L", len(payload) - where)[1:] + bytes((9, end)) + head[2:] + payload[where:]
    return [*steps[:at], *(Step("give", data=part) for part in (first, rest)), *steps[at + 1 :]]


HOW = (drop, double, move, ours, theirs, theirs, bend, bend, bend, split, splice)


def insert(steps: Conversation, chance: random.Random, step: Step) -> Conversation:
    at = chance.randint(0, len(steps))
    return [*steps[:at], step, *steps[at:]]
