"""The connector's icon, drawn here: a bell on a rounded square, as PNG and as SVG."""

from __future__ import annotations

import struct
import zlib
from typing import Final

# In a square of 32 by 32, as the SVG has it.
_SIZE: Final = 32.0
_CORNER: Final = 7.0
_GROUND: Final = (0x2F, 0x6F, 0xB5)
_BELL: Final = (0xFF, 0xFF, 0xFF)
# Points in each direction that are asked for one pixel: what makes edges smooth.
_SAMPLES: Final = 4

SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#2f6fb5"/>'
    '<path fill="#fff" d="M10 14a6 6 0 0 1 12 0v5l2 3h-16l2-3z"/>'
    '<circle cx="16" cy="24" r="2.5" fill="#fff"/></svg>\n'
)


def png(pixels: int) -> bytes:
    """A square of so many ``pixels`` with transparent corners (PNG, section 11, colour type 6)."""
    rows = (_row(y, pixels) for y in range(pixels))
    header = struct.pack(">IIBBBBB", pixels, pixels, 8, 6, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _row(y: int, pixels: int) -> bytes:
    return b"".join(_pixel(x, y, _SIZE / pixels) for x in range(pixels))


def _pixel(x: int, y: int, scale: float) -> bytes:
    steps = [(step + 0.5) / _SAMPLES for step in range(_SAMPLES)]
    points = [((x + dx) * scale, (y + dy) * scale) for dy in steps for dx in steps]
    inside = [point for point in points if _in_ground(*point)]
    if not inside:
        return bytes(4)
    share = sum(_in_bell(*point) for point in inside) / len(inside)
    colour = (
        round(ground + (bell - ground) * share) for ground, bell in zip(_GROUND, _BELL, strict=True)
    )
    return bytes((*colour, round(255 * len(inside) / len(points))))


def _in_ground(x: float, y: float) -> bool:
    """The square without what lies outside of its corners' circles."""
    over = (max(abs(along - _SIZE / 2) - (_SIZE / 2 - _CORNER), 0.0) for along in (x, y))
    return sum(distance * distance for distance in over) <= _CORNER * _CORNER


def _in_bell(x: float, y: float) -> bool:
    aside = abs(x - 16)
    dome = aside * aside + (y - 14) ** 2 <= 36
    body = 14 <= y <= 19 and aside <= 6
    rim = 19 <= y <= 22 and aside <= 6 + (y - 19) * 2 / 3
    clapper = y > 23 and aside * aside + (y - 24) ** 2 <= 6.25
    return dome or body or rim or clapper
