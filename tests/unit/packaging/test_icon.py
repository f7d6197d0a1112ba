"""The icon is a PNG that other programs read, with what was drawn in it."""

from __future__ import annotations

import struct
import zlib

import pytest
from lxml import etree

from apns_connector.packaging.icon import SVG, png


def decoded(content: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, rows; the checks of a reader."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, rest = {}, content[8:]
    while rest:
        (size,) = struct.unpack(">I", rest[:4])
        kind, data = rest[4:8], rest[8 : 8 + size]
        (check,) = struct.unpack(">I", rest[8 + size : 12 + size])
        assert check == zlib.crc32(kind + data)
        chunks[kind], rest = data, rest[12 + size :]
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colours) == (8, 6)
    pixels, stride = zlib.decompress(chunks[b"IDAT"]), 1 + 4 * width
    rows = [pixels[start : start + stride] for start in range(0, len(pixels), stride)]
    assert {row[0] for row in rows} == {0}
    return width, height, [row[1:] for row in rows]


@pytest.mark.parametrize("pixels", [32, 128])
def test_an_icon_is_a_png_of_that_size(pixels):
    width, height, rows = decoded(png(pixels))
    assert (width, height, len(rows)) == (pixels, pixels, pixels)


def test_corners_are_transparent_the_ground_is_blue_and_the_bell_white():
    _, _, rows = decoded(png(32))

    def pixel(x: int, y: int) -> tuple[int, ...]:
        return tuple(rows[y][4 * x : 4 * x + 4])

    assert pixel(0, 0) == (0, 0, 0, 0)
    assert pixel(16, 2) == (0x2F, 0x6F, 0xB5, 255)
    assert pixel(16, 14) == (255, 255, 255, 255)


def test_the_same_is_drawn_each_time():
    assert png(32) == png(32)


def test_the_svg_is_xml():
    assert etree.fromstring(SVG).tag == "{http://www.w3.org/2000/svg}svg"
