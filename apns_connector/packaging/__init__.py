"""The connector as an archive: what engines run, and what WSO2's editors show of it."""

from __future__ import annotations

from apns_connector.packaging.archive import archive_files, write_archive

__all__ = ["archive_files", "write_archive"]
