"""The head of a request: what an API, and a resource of it, are found by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Asked:
    """``target``: path and query as they were sent, not decoded. ``headers`` by lower-case name."""

    method: str
    target: str
    scheme: str = "http"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def authority(self) -> str:
        """The Host header; empty without one."""
        return self.headers.get("host", "")

    @property
    def hostname(self) -> str:
        """The host in the Host header, without its port."""
        return self._split_authority()[0]

    @property
    def port(self) -> int | None:
        """The port in the Host header, else that of the scheme."""
        port = self._split_authority()[1]
        return int(port) if port.isdecimal() else _DEFAULT_PORTS.get(self.scheme)

    def _split_authority(self) -> tuple[str, str]:
        host, found, port = self.authority.rpartition(":")
        return (host, port) if found and not port.endswith("]") else (self.authority, "")
