"""The raw lines of a bulk send."""

from __future__ import annotations

import asyncio
import hashlib
import os

import pytest

from apns_connector.cli.push_source import Source
from apns_connector.errors import ConfigurationError


@pytest.fixture
def pipe():
    """A path whose other end is the descriptor beside it."""
    reading, writing = os.pipe()
    yield f"/dev/fd/{reading}", writing
    os.close(reading)


async def all_of(source: Source, *, stop_after: int | None = None) -> list[bytes]:
    lines = []
    async for line in source.lines():
        lines.append(line)
        if len(lines) == stop_after:
            source.stop()
    source.close()
    return lines


def test_a_file_is_read_from_its_beginning_after_its_digest(tmp_path):
    file = tmp_path / "devices"
    file.write_bytes(b"a\nb")
    source = Source(file)
    assert source.regular
    assert source.digest() == hashlib.sha256(b"a\nb").hexdigest()
    assert asyncio.run(all_of(source)) == [b"a\n", b"b"]


def test_no_line_comes_after_a_stop(tmp_path):
    file = tmp_path / "devices"
    file.write_bytes(b"a\n" * 1000)
    assert asyncio.run(all_of(Source(file), stop_after=2)) == [b"a\n", b"a\n"]


def test_a_pipe_is_read_to_its_end(tmp_path, pipe):
    path, writing = pipe
    os.write(writing, b"a\nb\n")
    source = Source(tmp_path / path)
    os.close(writing)
    assert not source.regular
    assert asyncio.run(all_of(source)) == [b"a\n", b"b\n"]


def test_a_stop_ends_the_waiting_for_a_pipe_that_stays_open(tmp_path, pipe):
    path, writing = pipe
    os.write(writing, b"a\n")
    assert asyncio.run(all_of(Source(tmp_path / path), stop_after=1)) == [b"a\n"]
    os.close(writing)


def test_a_line_of_a_pipe_that_is_endless_is_an_error(tmp_path, pipe):
    path, writing = pipe

    async def read() -> None:
        source = Source(tmp_path / path)
        filling = asyncio.create_task(asyncio.to_thread(os.write, writing, b"a" * 1_200_000))
        with pytest.raises(ConfigurationError, match="longer than 1048576 bytes"):
            await anext(source.lines())
        await filling
        source.close()

    asyncio.run(read())
    os.close(writing)
