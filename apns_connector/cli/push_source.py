"""Where the lines of a bulk send come from: a file, or what is piped in, read as it is needed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import stat
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

from apns_connector.errors import ConfigurationError

STANDARD_INPUT: Final = Path("-")
_MAX_LINE_BYTES: Final = 1_048_576  # of a pipe
_TURN_EVERY: Final = 100  # lines, after which the event loop gets its turn


class Source:
    """The raw lines of ``file``, once; ``-`` is standard input.

    A pipe is waited for on the event loop, so that a slow writer does not hold up the answers.
    What is typed on a terminal is read to its end first.
    """

    def __init__(self, file: Path) -> None:
        self._name = str(file)
        self._file = _standard_input() if file == STANDARD_INPUT else file.open("rb")
        self._mode = os.fstat(self._file.fileno()).st_mode
        self._typed = self._file.readlines() if self._file.isatty() else None
        self._stopped = False
        self._pipe: asyncio.ReadTransport | None = None

    @property
    def regular(self) -> bool:
        """True if it is a file that can be read again from its beginning."""
        return stat.S_ISREG(self._mode)

    def digest(self) -> str:
        """SHA-256 of the content; the file must be regular."""
        digest = hashlib.file_digest(self._file, "sha256").hexdigest()
        self._file.seek(0)
        return digest

    async def lines(self) -> AsyncIterator[bytes]:
        """The lines up to the end, or to where :meth:`stop` is called."""
        if stat.S_ISFIFO(self._mode) or stat.S_ISSOCK(self._mode):
            lines = self._piped()
        else:
            lines = _in_turns(self._file if self._typed is None else self._typed)
        async for line in lines:
            if self._stopped:
                return
            yield line

    async def _piped(self) -> AsyncIterator[bytes]:
        reader = asyncio.StreamReader(limit=_MAX_LINE_BYTES)
        self._pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), self._file
        )
        try:
            async for line in reader:
                yield line
        except ValueError as error:
            raise ConfigurationError(
                f"A line is longer than {_MAX_LINE_BYTES} bytes", self._name
            ) from error

    def stop(self) -> None:
        """End :meth:`lines`, also while they wait."""
        self._stopped = True
        if self._pipe is not None:
            self._pipe.close()

    def close(self) -> None:
        self.stop()
        self._file.close()


def _standard_input() -> io.BufferedReader:
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


async def _in_turns(lines: Iterable[bytes]) -> AsyncIterator[bytes]:
    for number, line in enumerate(lines):
        if number % _TURN_EVERY == 0:
            await asyncio.sleep(0)
        yield line
