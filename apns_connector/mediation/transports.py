"""``transports="http https"``: by which a service is reached."""

from __future__ import annotations


def transports_in(text: str) -> tuple[str, ...]:
    """The words, parted by blanks or commas; nothing for all."""
    words = tuple(text.replace(",", " ").split())
    return () if words == ("all",) else words
