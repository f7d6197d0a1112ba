"""This connector as an ESB sees it: its connector.xml and the templates in config/."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from apns_connector.mediation.library import Library, read_library

_PACKAGE: Final = Path(__file__).parent


def library_folder() -> Path:
    """Where connector.xml and config/ lie: in the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "library"
    return installed if installed.is_dir() else _PACKAGE.parent


def own_library() -> Library:
    """Read from there. Raises ConfigurationError if it is damaged."""
    return read_library(library_folder(), called="apns-connector")
