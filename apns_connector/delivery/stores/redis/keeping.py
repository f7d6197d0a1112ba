"""What a Redis server is known to do with what it has acknowledged, from its own INFO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The scripts say of themselves what they may do when memory is short.
LEAST_VERSION = (7, 0)


def version_of(info: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in str(info.get("redis_version", "0")).split(".")[:2])


def why_unusable(info: Mapping[str, Any]) -> str | None:
    """A sentence about a server that no record should be given to."""
    if version_of(info) < LEAST_VERSION:
        return f"Redis {info.get('redis_version')} is too old: use 7.0 or later"
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy.startswith("allkeys") and int(info.get("maxmemory", 0)):
        return (
            f"the server throws away records when its memory is full (maxmemory-policy {policy}):"
            " set maxmemory-policy to noeviction"
        )
    return None


def what_may_be_lost(info: Mapping[str, Any], appendfsync: str | None) -> str | None:
    """A sentence about acknowledged records. ``appendfsync``: None where it may not be asked."""
    if not int(info.get("aof_enabled", 0)):
        return "the server may lose records when it ends: set appendonly yes and appendfsync always"
    if appendfsync is None:
        return (
            "the server does not tell its appendfsync: a power cut may lose records without always"
        )
    if appendfsync != "always":
        return (
            f"a power cut of the server may lose what it acknowledged last (appendfsync"
            f" {appendfsync}): set appendfsync always"
        )
    return None
