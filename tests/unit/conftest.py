"""Deployments for the modules that join the parts."""

from __future__ import annotations

from pathlib import Path

import pytest

JDBC = "org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore"


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """One store, in SQLite if nothing else is said."""
    (tmp_path / "synapse.xml").write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        f"<messageStore name='S' class='{JDBC}'/></definitions>"
    )
    return tmp_path
