"""Hosts of their own on this machine: network namespaces, joined by a bridge. See ip-netns(8)."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

# The name by which the simulator's certificate lets itself be called.
APPLE = "api.sandbox.push.apple.com"
_HOSTS = Path("/etc/netns")


class Network:
    """``address``: of this machine, where the hosts find the broker and Apple."""

    def __init__(self) -> None:
        # Several test runs at once must not be in each other's way.
        self._number = os.getpid() % 100_000
        self._subnet = f"10.{random.randrange(64, 128)}.{random.randrange(256)}"
        self._bridge = f"apns{self._number}"
        self._hosts: list[int] = []
        self.address = f"{self._subnet}.1"

    def __enter__(self) -> Self:
        """Skips the test where this is not permitted, as in many a container."""
        assert shutil.which("ip"), "missing: ip (Debian: apt-get install iproute2)"
        try:
            _ip("link", "add", self._bridge, "type", "bridge")
            _ip("address", "add", f"{self.address}/24", "dev", self._bridge)
            _ip("link", "set", self._bridge, "up")
            self._probe()
        except subprocess.CalledProcessError as error:
            self._remove()
            said = error.stderr.decode().strip()
            pytest.skip(f"network namespaces are not permitted here: {error.cmd}: {said}")
        return self

    def __exit__(
        self,
        error: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def add_host(self) -> int:
        """Returns its number."""
        number = len(self._hosts) + 2
        self._hosts.append(number)
        name, cable = self._name(number), self._cable(number)
        _ip("netns", "add", name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", cable, "master", self._bridge, "up")
        _ip("-n", name, "address", "add", f"{self.address_of(number)}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            _ip("-n", name, "link", "set", device, "up")
        # Its own /etc/hosts.
        names = _HOSTS / name / "hosts"
        names.parent.mkdir(parents=True)
        names.write_text(f"127.0.0.1 localhost\n{self.address} {APPLE}\n")
        return number

    def address_of(self, host: int) -> str:
        return f"{self._subnet}.{host}"

    def command_on(self, host: int) -> tuple[str, ...]:
        """What runs the command behind it there."""
        return ("ip", "netns", "exec", self._name(host))

    def cut_off(self, host: int) -> None:
        """Pull its cable: nothing comes through, and nobody is told."""
        _ip("link", "set", self._cable(host), "down")

    def heal(self, host: int) -> None:
        _ip("link", "set", self._cable(host), "up")

    def _probe(self) -> None:
        subprocess.run([*self.command_on(self.add_host()), "true"], check=True, capture_output=True)

    def _name(self, host: int) -> str:
        return f"{self._bridge}-{host}"

    def _cable(self, host: int) -> str:
        return f"ap{self._number}-{host}"

    def _remove(self) -> None:
        """What there is of it; a namespace takes its end of the cable along."""
        for host in self._hosts:
            shutil.rmtree(_HOSTS / self._name(host), ignore_errors=True)
            subprocess.run(["ip", "netns", "delete", self._name(host)], capture_output=True)
        subprocess.run(["ip", "link", "delete", self._bridge], capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
