"""NATS with JetStream from its Debian package, in a folder of its own on a free loopback port."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from tests.servers.process import ServerProcess, free_port


class NatsServer(ServerProcess):
    """``user`` and ``password``: whom it lets in; anybody without. ``jetstream``: whether it keeps
    anything at all. ``limits``: more of its jetstream block, such as ``max_file_store``.
    ``data``: where it keeps its messages, other than in its folder."""

    def __init__(
        self,
        folder: Path,
        *,
        user: str = "",
        password: str = "",
        jetstream: bool = True,
        limits: str = "",
        data: Path | None = None,
    ) -> None:
        super().__init__()
        self.port = free_port()
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"
        secret = f"{user}:{password}@" if user else ""
        self.url = f"nats://{secret}127.0.0.1:{self.port}"
        self._configuration = [f"listen: 127.0.0.1:{self.port}"]
        if jetstream:
            store = json.dumps(str(data or folder / "jetstream"))
            self._configuration.append(f"jetstream {{ store_dir: {store}, {limits} }}")
        if user:
            who = f"user: {json.dumps(user)}, password: {json.dumps(password)}"
            self._configuration.append(f"authorization {{ {who} }}")

    def command(self) -> tuple[list[str], dict[str, Any]]:
        file = self.folder / "nats.conf"
        file.write_text("\n".join(self._configuration))
        return ["nats-server", "-c", str(file)], {}

    def ready(self) -> bool:
        """It opens its port when JetStream has read its files, and greets."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                return connection.recv(64).startswith(b"INFO ")
        except OSError:
            return False
