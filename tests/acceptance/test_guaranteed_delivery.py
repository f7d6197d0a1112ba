"""A caller who got 202 has handed the push over: gateway, worker, simulator and command line as
processes of their own, over one SQLite file."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from apns_connector.cli.sample import prepare
from tests.acceptance.conftest import SAMPLES, Apple, Command

SPACE = "http://ws.apache.org/ns/synapse"
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
    """A deployment, and the processes that serve it."""

    folder: Path
    environment: dict[str, str]
    running: list[Command] = field(default_factory=list)
    port: int = 0

    def serve(self, *arguments: str) -> Command:
        command = self._start("serve", *arguments)
        self.port = int(command.wait_for(r"Listening on http://127\.0\.0\.1:(\d+)")[1])
        return command

    def work(self) -> Command:
        command = self._start("work")
        command.wait_for("Working: ")
        return command

    def _start(self, name: str, *arguments: str) -> Command:
        log = self.folder.parent / f"{name}{len(self.running)}.log"
        command = Command.start(
            log, name, self.folder, *arguments, environment=self.environment
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
        body = f"<p><deviceToken>{token(number)}</deviceToken><alert>Hi</alert>{expires}</p>"
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


@pytest.fixture
def house(tmp_path: Path, empty_apple: Apple) -> Iterator[House]:
    folder = tmp_path / "deployment"
    environment = prepare(
        SAMPLES / "seed-sample", folder, empty_apple.credentials, empty_apple.port
    )
    for name, text in ARTIFACTS.items():
        (folder / CONFIGS / name).parent.mkdir(exist_ok=True)
        (folder / CONFIGS / name).write_text(text)
    found = House(folder, environment)
    yield found
    for command in found.running:
        if command.process.poll() is None:
            command.stop()


def test_a_kept_push_is_delivered_with_the_id_of_its_record(house: House, empty_apple: Apple):
    house.serve("--no-processors")
    assert house.push(1) == 202
    (record,) = house.records()
    assert (record["state"], record["attempts"]) == ("waiting", 0)
    assert empty_apple.notifications() == []
    house.work()
    (notification,) = until(empty_apple.notifications)
    assert notification["apns_id"].lower() == record["id"]
    until(lambda: house.records() == [])


def test_a_gateway_processes_what_it_keeps(house: House, empty_apple: Apple):
    gateway = house.serve()
    assert [house.push(number) for number in range(1, 41)] == [202] * 40
    until(lambda: len(empty_apple.notifications()) == 40)
    assert gateway.stop() == 0
    (counts,) = house.json("store", "list")
    assert counts == {"store": "Pushes", "waiting": 0, "claimed": 0, "dead": 0, "oldest": None}


def test_records_outlive_a_kill(house: House, empty_apple: Apple):
    gateway = house.serve("--no-processors")
    assert [house.push(number) for number in range(1, 11)] == [202] * 10
    gateway.process.kill()
    gateway.process.wait()
    house.work()
    until(lambda: len(empty_apple.notifications()) == 10)


def test_a_dead_record_is_shown_and_retried_by_hand(house: House, empty_apple: Apple):
    empty_apple.fault(fault="answer", status=400, reason="BadTopic")
    house.serve()
    assert house.push(1) == 202
    (record,) = until(lambda: [one for one in house.records() if one["state"] == "dead"])
    assert "BadTopic" in record["reason"]

    shown = house.run("store", "show", "Pushes", record["id"])
    assert shown.returncode == 0, shown.stderr
    assert token(1)[-8:] in shown.stdout
    assert token(1) not in shown.stdout
    document = house.json("store", "show", "Pushes", record["id"])
    assert "<alert>Hi</alert>" in document["message"]["payload"]

    assert house.run("store", "retry", "Pushes", record["id"]).stdout == "1 record waits again\n"
    until(lambda: [one for one in empty_apple.notifications() if one["status"] == 200])
    again = house.run("store", "retry", "Pushes", record["id"])
    assert (again.returncode, again.stdout) == (1, "0 records wait again\n")


def test_records_are_exported_and_dropped(house: House):
    house.serve("--no-processors")
    house.push(1)
    house.push(2)
    lines = house.run("store", "export", "Pushes").stdout.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["waiting", "waiting"]
    assert token(2) not in "".join(lines)
    ids = [json.loads(line)["id"] for line in lines]
    assert house.run("store", "drop", "Pushes", ids[0], "--yes").stdout == "1 record is forgotten\n"
    assert [one["id"] for one in house.records()] == [ids[1]]
    unsure = house.run("store", "drop", "Pushes", ids[1])
    assert unsure.returncode != 0
    assert len(house.records()) == 1


def test_what_has_expired_is_not_sent(house: House, empty_apple: Apple):
    house.serve("--no-processors")
    house.push(1, expiration=int(time.time()) + 1)
    time.sleep(2.1)
    house.work()
    (record,) = until(lambda: [one for one in house.records() if one["state"] == "dead"])
    assert "has expired" in record["reason"]
    assert empty_apple.notifications() == []


def test_a_processor_can_be_switched_off_and_on_while_it_runs(house: House, empty_apple: Apple):
    gateway = house.serve()
    assert house.run("processor", "deactivate", "Pusher").returncode == 0
    gateway.wait_for("'Pusher' has stopped")
    assert house.json("processor", "list") == [
        {"name": "Pusher", "active": False, "kind": "dispatch", "store": "Pushes"}
    ]
    house.push(1)
    (record,) = house.records()
    assert record["state"] == "waiting"
    assert house.run("processor", "activate", "Pusher").stdout == "Pusher is active\n"
    until(empty_apple.notifications)


def test_mistakes_are_told(house: House):
    for arguments, problem in (
        (("store", "show", "Nope", "x"), "There is no message store 'Nope': there is Pushes"),
        (("store", "show", "Pushes", "x"), "there is no record x"),
        (("store", "retry", "Pushes"), "name records by their ID, or give --all-dead"),
        (("processor", "activate", "Nope"), "There is no message processor 'Nope'"),
    ):
        done = house.run(*arguments)
        assert done.returncode in (1, 2)
        assert problem in done.stderr
        assert "Traceback" not in done.stderr
