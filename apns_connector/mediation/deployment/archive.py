"""Files by relative name, whether they lie in a folder or in a zip archive.

An archive is foreign: nothing of it is ever unpacked to disk, its entries stay inside of it by
name, and what it may cost is known from its directory before anything is unpacked.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How large an archive may be: number of entries, bytes when unpacked, and how many times its
    packed size an entry of more than ``ratio_from`` bytes may have."""

    entries: int = 10_000
    unpacked: int = 1_000_000_000
    ratio: int = 200
    ratio_from: int = 1_000_000


LIMITS = ArchiveLimits()
# Bytes of one file that is read into memory: XML and properties, and an archive in an archive.
FILE_LIMIT = xml.CONFIGURATION.size
ARCHIVE_LIMIT = 128_000_000


class Files(Protocol):
    """``name`` is what messages call the whole; names of files are relative and use ``/``."""

    @property
    def name(self) -> str: ...

    def files(self, pattern: str) -> list[str]:
        """The names that match, sorted; a ``*`` stays inside of one folder."""

    def read(self, name: str, limit: int = FILE_LIMIT) -> bytes | None:
        """The content; ``None`` when there is no such file. Of a file beyond ``limit`` bytes one
        byte more than that, so that whoever parses it sees that it is too large."""


class Folder:
    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.name = name

    def files(self, pattern: str) -> list[str]:
        found = self._path.glob(pattern)
        return sorted(file.relative_to(self._path).as_posix() for file in found)

    def read(self, name: str, limit: int = FILE_LIMIT) -> bytes | None:
        """Raises ConfigurationError for a name or a link that points out of the folder."""
        file = (self._path / name).resolve()
        if not file.is_relative_to(self._path.resolve()):
            raise ConfigurationError(f"'{name}' points out of the library", self.name)
        if not file.is_file():
            return None
        with file.open("rb") as content:
            return content.read(limit + 1)


class Archive:
    def __init__(self, archive: zipfile.ZipFile, name: str, limits: ArchiveLimits = LIMITS) -> None:
        self.name = name
        self._archive = archive
        entries = archive.infolist()
        problem = _problem_of(entries, limits)
        if problem is not None:
            raise ConfigurationError(problem, name)
        self._names = frozenset(entry.filename for entry in entries if not entry.is_dir())

    def files(self, pattern: str) -> list[str]:
        depth = pattern.count("/")
        return sorted(
            name
            for name in self._names
            if name.count("/") == depth and PurePosixPath(name).match(pattern)
        )

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def below(self, folder: str) -> list[str]:
        """The names of all files inside of a folder, at any depth."""
        return sorted(name for name in self._names if name.startswith(f"{folder}/"))

    def read(self, name: str, limit: int = FILE_LIMIT) -> bytes | None:
        if name not in self._names:
            return None
        with self._archive.open(name) as content:
            return content.read(limit + 1)


@contextmanager
def open_archive(
    source: Path | bytes, name: str, limits: ArchiveLimits = LIMITS
) -> Iterator[Archive]:
    """The archive in a file, or in the bytes of one.

    Raises ConfigurationError, also out of the body of ``with``, for what is no archive, is damaged
    or encrypted, is larger than ``limits`` allow, or has entries that point out of it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as opened:
            yield Archive(opened, name, limits)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
        # RuntimeError: encrypted, or packed in a way zipfile does not know.
        raise ConfigurationError(f"the archive cannot be read: {error}", name) from error


def _problem_of(entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> str | None:
    """What the directory of an archive says against it. zipfile never gives more bytes of an
    entry than the directory promises, so that its numbers can be relied on."""
    if len(entries) > limits.entries:
        return f"{len(entries)} entries are more than {limits.entries}"
    names: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            return f"the entry '{name}' points out of the archive"
        if name in names:
            return f"the entry '{name}' is in the archive twice"
        names.add(name)
        if entry.file_size > max(limits.ratio_from, limits.ratio * entry.compress_size):
            return f"the entry '{name}' unpacks to more than {limits.ratio} times its size"
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked:
        return f"it unpacks to {unpacked} bytes, more than {limits.unpacked}"
    return None
