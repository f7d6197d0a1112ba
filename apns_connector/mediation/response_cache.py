"""Responses that are kept for a while, by the hash of the request that they answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_SECONDS = 5000.0  # Synapse: CachingConstants.DEFAULT_TIMEOUT
DEFAULT_ENTRIES = 1000
BYTES_LIMIT = 64 * 1024 * 1024  # of all responses of one cache together

_EVERYTHING = "*"
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*(\d+)", re.ASCII | re.IGNORECASE)
_BODILESS = ("GET", "HEAD", "DELETE")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """``body`` is the envelope as it is written, or, when ``is_json``, the JSON value. ``size`` in
    bytes. ``stored``: when, in seconds of the cache's clock."""

    body: Any
    is_json: bool
    size: int
    stored: float
    headers: tuple[tuple[str, str], ...] = ()
    status: Any = None
    reason: Any = None
    message_type: Any = None
    content_type: Any = None
    pox: bool = False
    pox_fault: bool = False

    def age(self, now: float) -> int:
        return int(now - self.stored)


class ResponseCache:
    """Forgets what is older than ``seconds``, and, of more than ``entries`` or BYTES_LIMIT, what
    has not been asked for the longest."""

    def __init__(self, seconds: float = DEFAULT_SECONDS, entries: int = DEFAULT_ENTRIES) -> None:
        self._seconds = seconds
        self._entries = entries
        self._known: dict[str, CachedResponse] = {}
        self._size = 0

    def get(self, key: str, now: float) -> CachedResponse | None:
        found = self._known.get(key)
        if found is None:
            return None
        self.forget(key)
        if now >= found.stored + self._seconds:
            return None
        self._keep(key, found)  # as the one that was asked for last
        return found

    def put(self, key: str, response: CachedResponse) -> None:
        self.forget(key)
        self._keep(key, response)
        while self._known and (len(self._known) > self._entries or self._size > BYTES_LIMIT):
            self.forget(next(iter(self._known)))

    def forget(self, key: str) -> None:
        found = self._known.pop(key, None)
        if found is not None:
            self._size -= found.size

    def _keep(self, key: str, response: CachedResponse) -> None:
        self._known[key] = response
        self._size += response.size


@dataclass(frozen=True, slots=True)
class HashedHeaders:
    """Which headers of a request are part of its hash: those of ``included``, or, when it is empty,
    all but ``excluded``. ``*`` stands for all."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def of(self, headers: Mapping[str, Any]) -> list[tuple[str, str]]:
        named = {name.lower(): str(value) for name, value in headers.items()}
        if self.included and _EVERYTHING not in self.included:
            wanted = {name.lower() for name in self.included}
            return sorted((name, value) for name, value in named.items() if name in wanted)
        if not self.included and _EVERYTHING in self.excluded:
            return []
        unwanted = set() if self.included else {name.lower() for name in self.excluded}
        return sorted((name, value) for name, value in named.items() if name not in unwanted)


def request_hash(method: str, to: str, headers: Iterable[tuple[str, str]], body: bytes) -> str:
    """``body`` does not count for methods that have none."""
    digest = hashlib.sha256()
    parts = [method, to, *(text for pair in headers for text in pair)]
    for part in (text.encode("utf-8", "replace") for text in parts):
        digest.update(b"%d:" % len(part) + part)
    if method.upper() not in _BODILESS:
        digest.update(body)
    return digest.hexdigest()


def may_be_stored(cache_control: str) -> bool:
    return "no-store" not in cache_control.lower()


def is_fresh(response: CachedResponse, now: float) -> bool:
    """Whether the response's own Cache-Control lets it be used without asking again."""
    control = next((v for n, v in response.headers if n.lower() == "cache-control"), "").lower()
    age = _MAX_AGE.search(control)
    return "no-cache" not in control and (age is None or response.age(now) <= int(age[1]))
