"""What may be said of the URL of a server: never its user, its password or its options."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

UNREADABLE: Final = "(a URL that cannot be read)"


def address_of(url: str) -> str:
    """``scheme://host:port/path`` of it; of several, divided by commas, all. A URL that cannot be
    read may hold its password anywhere: of that one nothing is said."""
    return ",".join(_one(part) for part in url.split(",")) if _splits(url) else _one(url)


def _splits(url: str) -> bool:
    return all("://" in part for part in url.split(","))


def _one(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return UNREADABLE
    if not parts.scheme or "@" in parts.path:
        return UNREADABLE
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return f"{parts.scheme}://{host}{port}{parts.path}"
