"""Whether a property says yes."""

from __future__ import annotations

from typing import Any


def is_true(value: Any) -> bool:
    """``true`` as text in any case, or as a boolean: how Synapse's switches are set."""
    return str(value).strip().lower() == "true"
