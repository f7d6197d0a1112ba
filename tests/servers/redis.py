"""Redis from its Debian package, with an append-only file of its own, on a free loopback port."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from tests.servers.process import ServerProcess, free_port


class RedisServer(ServerProcess):
    """``appendfsync``: "always" where nothing acknowledged may be missing after a power cut.
    ``settings``: more of redis.conf, as words of the command line. ``data``: where it keeps its
    files, other than in its folder."""

    def __init__(
        self,
        folder: Path,
        *,
        password: str = "",
        appendfsync: str = "everysec",
        settings: tuple[str, ...] = (),
        data: Path | None = None,
    ) -> None:
        super().__init__()
        self.port = free_port()
        self.folder = folder
        self._data = data or folder
        for place in (self.folder, self._data):
            place.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"
        secret = f":{password}@" if password else ""
        self.url = f"redis://{secret}127.0.0.1:{self.port}/0"
        self.settings = ("--appendonly", "yes", "--appendfsync", appendfsync, *settings)
        if password:
            self.settings += ("--requirepass", password)

    def command(self) -> tuple[list[str], dict[str, Any]]:
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._data)]
        return ["redis-server", *place, "--save", "", *self.settings], {}

    def ready(self) -> bool:
        """It has read its file: before that it answers LOADING."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False
