"""PostgreSQL from its Debian package, in a folder of its own on a free loopback port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.servers.process import ServerProcess, free_port

PASSWORD = "a p@ss/word:of%tests"


def _programs() -> Path:
    """Debian keeps them off the search path: several versions may be installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    assert found, "missing: PostgreSQL (Debian: apt-get install postgresql)"
    return found[-1].parent


def _nobody_special() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if not os.getuid() else {}


class PostgresqlServer(ServerProcess):
    """The user ``apns`` owns the database ``postgres``. ``host``: the address it listens on;
    whoever is in the same network is let in with the password. ``data``, ``write_ahead_log``: where
    it keeps them, other than in its folder; the user postgres must be let in there. The files of
    such a log have 1 MB each."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        data: Path | None = None,
        write_ahead_log: Path | None = None,
    ) -> None:
        super().__init__()
        self.host = host
        self.port = free_port()
        self.url = f"postgresql://apns:a%20p%40ss%2Fword%3Aof%25tests@{host}:{self.port}/postgres"
        self._programs = _programs()
        # Not in pytest's own temporary folder, which is for root only.
        self._folder = Path(tempfile.mkdtemp(prefix="apns-postgresql-"))
        self._data = data or self._folder / "data"
        self.log = self._folder / "log"
        self._create(
            [] if write_ahead_log is None else [f"--waldir={write_ahead_log}", "--wal-segsize=1"]
        )

    def _create(self, places: list[str]) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if not os.getuid():
            for path in (self._folder, password):
                shutil.chown(path, "postgres", "postgres")
        subprocess.run(
            [
                self._programs / "initdb",
                *("-D", self._data, "-U", "apns", f"--pwfile={password}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"),
                *places,
            ],
            check=True,
            capture_output=True,
            cwd=self._folder,
            **_nobody_special(),
        )
        with (self._data / "pg_hba.conf").open("a") as let_in:
            let_in.write("host all all samenet scram-sha-256\n")

    def command(self) -> tuple[list[str], dict[str, Any]]:
        program = str(self._programs / "postgres")
        options = ["-D", str(self._data), "-k", str(self._folder), "-p", str(self.port)]
        settings = ["-c", f"listen_addresses={self.host}", "-c", "max_connections=60"]
        return [program, *options, *settings], {"cwd": self._folder, **_nobody_special()}

    def ready(self) -> bool:
        asked = [self._programs / "pg_isready", "-q", "-h", self.host, "-p", str(self.port)]
        return not subprocess.run(asked, check=False).returncode

    def stop(self, signal_number: int = signal.SIGINT) -> None:
        """SIGINT: PostgreSQL's "fast" shutdown, which does not wait for clients to go."""
        super().stop(signal_number)

    def __exit__(
        self,
        error: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(error, value, trace)
        shutil.rmtree(self._folder)
