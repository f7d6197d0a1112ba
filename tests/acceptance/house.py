"""A deployment that keeps pushes in a SQLite file, and the processes that deliver them."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apns_connector.cli.sample import prepare
from tests.acceptance.conftest import SAMPLES, Apple, Command

CONFIGS = "synapse-configs/default"
PATIENCE = 30.0

PROXY = """
<proxy xmlns="http://ws.apache.org/ns/synapse" name="Kept">
  <target><inSequence><store messageStore="Pushes"/></inSequence></target>
</proxy>"""
STORE = """
<messageStore xmlns="http://ws.apache.org/ns/synapse" name="Pushes"
    class="org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore">
  <parameter name="store.jdbc.connection.url">jdbc:sqlite:pushes.db</parameter>
  <parameter name="ordering">device</parameter>
</messageStore>"""
SEQUENCE = """
<sequence xmlns="http://ws.apache.org/ns/synapse" name="push">
  <apns.dispatchToDevice configKey="MyAPNsConfig">
    <deviceToken>{//deviceToken}</deviceToken>
    <alert>{//alert}</alert>
    <expiration>{//expiration}</expiration>
  </apns.dispatchToDevice>
</sequence>"""
PROCESSOR = """
<messageProcessor xmlns="http://ws.apache.org/ns/synapse" name="Pusher"
    class="apns_connector.delivery.DispatchProcessor" messageStore="Pushes">
  <parameter name="sequence">push</parameter>
  <parameter name="interval">200</parameter>
  <parameter name="max.delivery.attempts">3</parameter>
  <parameter name="client.retry.interval">100</parameter>
</messageProcessor>"""
ARTIFACTS = {
    "proxy-services/Kept.xml": PROXY,
    "message-stores/Pushes.xml": STORE,
    "sequences/push.xml": SEQUENCE,
    "message-processors/Pusher.xml": PROCESSOR,
}


def token(number: int) -> str:
    return f"{number:064x}"


@dataclass
class House:
    """A deployment, and the processes that serve it. ``within``: the command in front of each."""

    folder: Path
    environment: dict[str, str]
    running: list[Command] = field(default_factory=list)
    port: int = 0
    within: tuple[str, ...] = ()

    @classmethod
    def build(cls, folder: Path, apple: Apple) -> House:
        environment = prepare(SAMPLES / "seed-sample", folder, apple.credentials, apple.port)
        for name, text in ARTIFACTS.items():
            (folder / CONFIGS / name).parent.mkdir(exist_ok=True)
            (folder / CONFIGS / name).write_text(text)
        return cls(folder, environment)

    def stop(self) -> None:
        for command in self.running:
            if command.process.poll() is None:
                command.stop()

    def serve(self, *arguments: str) -> Command:
        command = self.start("serve", *arguments)
        self.port = int(command.wait_for(r"Listening on http://127\.0\.0\.1:(\d+)")[1])
        return command

    def work(self) -> Command:
        command = self.start("work")
        command.wait_for("Working: ")
        return command

    def start(self, name: str, *arguments: str) -> Command:
        log = self.folder.parent / f"{name}{len(self.running)}.log"
        command = Command.start(
            log, name, self.folder, *arguments, environment=self.environment, within=self.within
        )
        self.running.append(command)
        return command

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``run("store", "list")`` on this deployment."""
        group, command, *rest = arguments
        return subprocess.run(
            [sys.executable, "-m", "apns_connector", group, command, self.folder, *rest],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **self.environment},
        )

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def push(self, number: int, expiration: int | None = None) -> int:
        expires = "" if expiration is None else f"<expiration>{expiration}</expiration>"
        return self.post(
            f"<p><deviceToken>{token(number)}</deviceToken><alert>Hi</alert>{expires}</p>"
        )

    def post(self, body: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Content-Type": "application/xml"}
            connection.request("POST", "/services/Kept", body, headers)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()

    def records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("store", "list", "Pushes")["records"]
        return found


def until(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("that did not come")
