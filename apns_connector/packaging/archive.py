"""The archive: the library's own files, and what is generated from the catalogue beside them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from apns_connector.operations.catalogue import INIT, OPERATIONS
from apns_connector.packaging import icon
from apns_connector.packaging.forms import CONNECTION_TYPE, connection_form, operation_form
from apns_connector.packaging.output_schemas import output_schema
from apns_connector.packaging.store_metadata import store_metadata

SMALL_ICON: Final = 32
LARGE_ICON: Final = 128

# Zip files hold times; a fixed one makes two archives of the same content the same.
_TIME: Final = (1980, 1, 1, 0, 0, 0)


def archive_files(library: Path, version: str) -> dict[str, bytes]:
    """By their names in the archive; ``library`` holds connector.xml and config/."""
    own = [library / "connector.xml", *sorted((library / "config").rglob("*.*"))]
    return {
        **{file.relative_to(library).as_posix(): file.read_bytes() for file in own},
        "icon/icon-small.png": icon.png(SMALL_ICON),
        "icon/icon-large.png": icon.png(LARGE_ICON),
        f"icon/connections/{CONNECTION_TYPE}.svg": icon.SVG.encode(),
        f"uischema/{CONNECTION_TYPE}.json": _json(connection_form(INIT)),
        **{f"uischema/{entry.name}.json": _json(operation_form(entry)) for entry in OPERATIONS},
        **{f"outputschema/{entry.name}.json": _json(output_schema(entry)) for entry in OPERATIONS},
        ".connector-store/meta.json": _json(store_metadata(INIT, OPERATIONS, version)),
    }


def write_archive(output: Path, files: Mapping[str, bytes]) -> None:
    """Raises :class:`OSError`."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
