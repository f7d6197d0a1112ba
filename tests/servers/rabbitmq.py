"""RabbitMQ from its Debian package: a node of its own, known to nobody but its own name server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.servers.process import ServerProcess, free_port

# Debian's command in the search path changes to another user first.
PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PASSWORD = "a-p%40ss%2Fword"
_GREETING = b"AMQP\x00\x00\x09\x01"

_CONFIGURATION = """\
listeners.tcp.1 = {host}:{port}
default_user = apns
default_pass = a-p@ss/word
loopback_users = none
log.file.level = warning
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 16000000
"""


class RabbitmqServer(ServerProcess):
    """``host``: the address it listens on. The user ``apns`` has the password in ``url``. ``data``:
    where it keeps its messages, other than in its folder."""

    def __init__(self, host: str = "127.0.0.1", *, data: Path | None = None) -> None:
        super().__init__()
        assert PROGRAM.exists(), "missing: RabbitMQ (Debian: apt-get install rabbitmq-server)"
        self.host = host
        self.port = free_port()
        self.url = f"amqp://apns:{PASSWORD}@{host}:{self.port}/"
        self._folder = Path(tempfile.mkdtemp(prefix="apns-rabbitmq-"))
        self._data = data or self._folder / "data"
        self.log = self._folder / "log.txt"
        configuration = _CONFIGURATION.format(host=host, port=self.port)
        (self._folder / "rabbitmq.conf").write_text(configuration)
        self._environment = self._own_environment(name_server := free_port())
        # Erlang's name server would otherwise stay behind as a daemon.
        self._name_server = subprocess.Popen(
            ["epmd", "-address", "127.0.0.1", "-port", str(name_server)],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _own_environment(self, name_server: int) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),  # the cookie by which nodes know each other
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(name_server),
            "RUNNING_UNDER_SYSTEMD": "true",  # no shell around the process: a signal meets it
            "RABBITMQ_NODENAME": f"apns{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "none"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_MNESIA_BASE": str(self._data),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def command(self) -> tuple[list[str], dict[str, Any]]:
        return [str(PROGRAM)], {"env": self._environment, "cwd": self._folder}

    def ready(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), 1.0) as connection:
                connection.sendall(_GREETING)
                return bool(connection.recv(8))
        except OSError:
            return False

    def control(self, *command: str) -> None:
        """Have an administrator's command done: some seconds, it starts an Erlang of its own."""
        program = str(PROGRAM.with_name("rabbitmqctl"))
        node = self._environment["RABBITMQ_NODENAME"]
        subprocess.run(
            [program, "-n", node, *command], env=self._environment, check=True, capture_output=True
        )

    def __exit__(
        self,
        error: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(error, value, trace)
        self._name_server.kill()
        self._name_server.wait()
        shutil.rmtree(self._folder)
