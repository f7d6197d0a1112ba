"""Fuzzes the reading of header blocks, and the writing of ours against hpack.

    python -m tests.fuzz.header_blocks --seconds 60

An input is a list of steps, one on a line:

==================  =============================================================================
``answer 88…``      the block of an answer, in hexadecimal
``request 3 40 6``  a request: which topic, a path of 40 bytes, which further fields (bits 0 to 2)
                    and which method (bits 3 and 4)
``resize 100``      the peer's table from the next request on
``authorize 40``    another ``authorization``, of 40 bytes
==================  =============================================================================
"""

from __future__ import annotations

import random

import hpack.hpack

from apns_connector.apns import header_block
from apns_connector.apns.header_block import DELETE, GET, MAX_HEADER_LIST_BYTES, HeaderBlocks
from tests.fuzz import engine

TRACED = (header_block, hpack.hpack)
TOPICS = (b"a", b"com.example.app", b"t" * 900, b"u" * 2_500, b"v" * 4_100)
POST = (b":method", b"POST")
METHODS = (POST, GET, DELETE, POST)
FURTHER = (b"apns-id", b"apns-expiration", b"apns-collapse-id")


def run(data: bytes) -> None:
    """Raises if an answer is misread, or hpack reads another request than was written."""
    writing = Writing()
    for line in data.decode().splitlines():
        name, *values = line.split()
        if name == "answer":
            read_answer(bytes.fromhex("".join(values)))
        else:
            writing.step(name, *map(int, values))


def read_answer(block: bytes) -> None:
    """Valid or not: nothing but HPACKError is raised; what is valid can be written and read."""
    try:
        fields = header_block.decode(block)
    except hpack.HPACKError:
        return
    size = sum(len(name) + len(value) + 32 for name, value in fields)
    assert size <= MAX_HEADER_LIST_BYTES
    status = header_block.status(fields)
    assert status is None or (100 <= status <= 999 and fields[0] == (":status", str(status)))
    encoder = hpack.Encoder()
    encoder.header_table_size = 0
    again = encoder.encode(
        [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
    )
    assert header_block.decode(again) == fields


class Writing:
    """One connection: our encoder and a decoder that evicts as soon as its table shrinks."""

    def __init__(self) -> None:
        self.blocks = HeaderBlocks("localhost", b"bearer first")
        self.authorization = b"bearer first"
        self.decoder = hpack.Decoder()

    def step(self, name: str, *values: int) -> None:
        if name == "request":
            self.request(*values)
        elif name == "resize":
            self.blocks.resize(values[0])
            self.decoder.max_allowed_table_size = values[0]
            if values[0] < self.decoder.header_table_size:
                self.decoder.header_table_size = values[0]
        else:
            self.authorization = b"a" * values[0]
            self.blocks.authorize(self.authorization)

    def request(self, topic: int, size: int, bits: int) -> None:
        path = b"/" * size
        constant = ((b"apns-topic", TOPICS[topic % len(TOPICS)]), (b"apns-priority", b"5"))
        varying = tuple((name, name * 2) for i, name in enumerate(FURTHER) if bits >> i & 1)
        method = METHODS[bits >> 3 & 3]
        chosen = constant if method == POST else (method, *constant)
        block = self.blocks.encode(path, chosen, varying)
        fields = self.decoder.decode(block, raw=True)
        assert [(bytes(name), bytes(value)) for name, value in fields] == [
            method,
            (b":scheme", b"https"),
            (b":authority", b"localhost"),
            (b":path", path),
            *constant,
            (b"authorization", self.authorization),
            *varying,
        ]


# Change

PIECES = (
    b"\x88 \x8c \x20 \x3f\xe1\x1f \x48\x03400 \x08\x03103 \x00\x01x\x01y \x00\x81\xff\x00 \xbe"
    b" \x7f\x00 \xff\xff\xff\xff\x0f \x0f\xff\x00\x00 \x40\x0aapns-id\x00\x00\x00\x00 \x00\x00\x00"
    b" \x5f\x1d\x10application/json \x00\x07:status\x03200 \x04\x84\x63\x63\x63\x63"
).split(b" ")
SIZES = (0, 1, 31, 32, 40, 100, 126, 127, 128, 255, 256, 300, 4_095, 4_096, 65_536, 2**32 - 1)


def change(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    lines = data.splitlines()
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randint(0, len(lines))
        match chance.randint(0, 6):
            case 0:
                del lines[at : at + chance.choice((1, 1, 3))]
            case 1:
                lines[at:at] = lines[at : at + 1] * chance.choice((1, 3, 30))
            case 2:
                lines = lines[:at] + chance.choice(others).splitlines()[chance.randint(0, 5) :]
            case 3 | 4:
                lines.insert(at, new_line(chance))
            case _:
                lines[at : at + 1] = [bend(line, chance) for line in lines[at : at + 1]]
    return b"".join(line + b"\n" for line in lines[:30])


def new_line(chance: random.Random) -> bytes:
    match chance.randint(0, 5):
        case 0:
            return b"resize %d" % chance.choice(SIZES)
        case 1:
            return b"authorize %d" % chance.choice(SIZES[:-2])
        case 2 | 3:
            size = chance.choice(SIZES[:-2])
            return b"request %d %d %d" % (chance.randint(0, 4), size, chance.randint(0, 31))
        case _:
            pieces = chance.choices(PIECES, k=chance.randint(0, 6))
            return b"answer " + b"".join(pieces * chance.choice((1, 1, 1, 40))).hex().encode()


def bend(line: bytes, chance: random.Random) -> bytes:
    """Spoil the block of an answer."""
    name, _, value = line.partition(b" ")
    if name != b"answer" or not value:
        return line
    block = bytearray.fromhex(value.decode())
    at = chance.randrange(len(block))
    match chance.randint(0, 3):
        case 0:
            block[at] ^= 1 << chance.randint(0, 7)
        case 1:
            block[at] = chance.choice((0, 1, 0x20, 0x3F, 0x40, 0x7F, 0x80, 0xFF))
        case 2:
            block[at : at + chance.randint(0, 4)] = chance.randbytes(chance.randint(0, 4))
        case _:
            block[at:at] = chance.choice(PIECES) * chance.choice((1, 2, 100))
    return b"answer " + block[:2_000].hex().encode()


TARGET = engine.Target(
    name="header_blocks",
    run=run,
    watch=run,
    change=change,
    smaller=engine.without_a_line,
    start=[
        b"answer 88\nanswer 8c0001780179\nanswer 48033430305f1d10"
        + b"application/json".hex().encode(),
        b"request 1 75 1\nrequest 1 75 1\nrequest 2 75 7\nresize 0\nrequest 1 75 3\n",
        b"request 3 75 1\nauthorize 40\nresize 100\nresize 4096\nrequest 4 300 5\nrequest 3 2 0\n",
    ],
    traced=TRACED,
)

if __name__ == "__main__":
    engine.main(TARGET)
