"""Logging of the commands: one line an event, secrets masked whoever wrote the line."""

from __future__ import annotations

import logging
import re
from typing import Final

from apns_connector.mediation.redaction import MASK, redacted_line

_JWT: Final = re.compile(r"(?<![\w-])eyJ[\w-]++\.[\w-]++\.[\w-]++")
_FORMAT: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def redacted(text: str) -> str:
    """``text`` without passwords, provider tokens, and all but the end of device tokens."""
    return redacted_line(_JWT.sub(MASK, text))


class RedactingFormatter(logging.Formatter):
    """The last door: modules take care themselves, and a library's line passes here as well."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def configure(level: str) -> None:
    """Log lines of ``level`` and above to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
