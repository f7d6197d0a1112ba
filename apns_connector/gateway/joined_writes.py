"""What is written to a client in one turn of the event loop leaves in one piece.

uvicorn writes the head of an answer and its body by themselves; each would be a system call, and
wake the client.
"""

from __future__ import annotations

import asyncio
from typing import Any

# From here on a piece leaves at once: whoever writes much is to notice that nobody reads.
AT_MOST = 65_536


class JoinedWrites:
    """Stands before the ``transport`` of a connection, and is one in everything else."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting = b""
        self.is_closing = transport.is_closing  # asked with each answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting += data
        if len(self._waiting) >= AT_MOST:
            self._flush()

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, b""
        if waiting and not self.is_closing():
            self._transport.write(waiting)
