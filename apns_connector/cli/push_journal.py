"""The files of a bulk send: which lines are settled, and which were not accepted."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from apns_connector.cli.push_lines import DEVICE_COLUMN, OVERRIDES, REASON, Line
from apns_connector.cli.push_tally import Kind, Tally, Verdict
from apns_connector.errors import ConfigurationError

_TITLE: Final = "apns-connector push journal 1"
_HEADER: Final = ",".join((DEVICE_COLUMN, *OVERRIDES, REASON))
_FLUSH_EVERY: Final = 500  # verdicts


class LineFile:
    """A file, its owner's alone if it is new, to which whole lines are added.

    ``empty``: not a byte was in it. What a kill in the middle of writing left of a last line is
    not read, and is cut off before the first line is added; until then the file is left as it is.
    """

    def __init__(self, file: Path) -> None:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab+")
        self._lines: list[str] = []
        self._whole = 0
        for line in self.read():
            self._whole += len(line)
        self.empty = not self._file.tell()

    def read(self) -> Iterator[bytes]:
        """The whole lines, each with its end."""
        self._file.seek(0)
        return (line for line in self._file if line.endswith(b"\n"))

    def add(self, line: str) -> None:
        self._lines.append(line)

    def flush(self) -> None:
        if not self._lines:
            return
        self._file.truncate(self._whole)
        lines = "".join(f"{line}\n" for line in self._lines).encode()
        self._file.write(lines)
        self._file.flush()
        self._whole += len(lines)
        self._lines.clear()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._file.close()


class Journal:
    """The numbers of the settled lines of one file of device tokens, as ranges such as ``1-500``.

    ``digest``: of the content of that file; a journal of another content is refused with
    :class:`ConfigurationError`, for its numbers would skip the wrong devices.
    """

    def __init__(self, file: Path, digest: str) -> None:
        self._lines = LineFile(file)
        self._new: list[int] = []
        self._settled = bytearray()  # 1 at the number of each line that an earlier run settled
        title = f"{_TITLE} {digest}"
        try:
            if self._lines.empty:
                self._lines.add(title)
                self._lines.flush()
            else:
                self._load(self._lines.read(), title, str(file))
        except ConfigurationError:
            self._lines.close()
            raise

    def _load(self, lines: Iterator[bytes], title: str, file: str) -> None:
        said = _text(next(lines, b""))
        if not said.startswith(_TITLE):
            raise ConfigurationError("This is no journal of push; name another file", file, 1)
        if said != title:
            raise ConfigurationError(
                "The journal belongs to other device tokens, or their file has changed since; "
                "name another journal to begin anew",
                file,
                1,
            )
        for place, line in enumerate(lines, 2):
            first, _, last = _text(line).partition("-")
            if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
                raise ConfigurationError(
                    "This is no range of line numbers; remove the line", file, place
                )
            self._mark(int(first), int(last))

    def _mark(self, first: int, last: int) -> None:
        self._settled.extend(bytes(max(0, last + 1 - len(self._settled))))
        self._settled[first : last + 1] = b"\x01" * (last + 1 - first)

    def __contains__(self, number: int) -> bool:
        """True if an earlier run settled the line."""
        return number < len(self._settled) and self._settled[number] == 1

    def add(self, number: int) -> None:
        self._new.append(number)

    def flush(self) -> None:
        for first, last in ranges(self._new):
            self._lines.add(f"{first}-{last}")
        self._new.clear()
        self._lines.flush()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._lines.close()


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\n")


def ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """``numbers``, in any order, as (first, last) of those without a gap."""
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = last = number
        elif number <= last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


class Failures:
    """The lines that were not accepted, as CSV that can be read again; device tokens in full.

    A file that exists is refused with :class:`ConfigurationError`, unless ``resumed`` and it is
    one of these. One in which nothing stands at the end is removed.
    """

    def __init__(self, file: Path, *, resumed: bool) -> None:
        if file.exists() and not resumed:
            raise ConfigurationError("The file exists; move it away or name another", str(file))
        self._path = file
        self._lines = LineFile(file)
        self._empty = self._lines.empty
        if self._empty:
            self._lines.add(_HEADER)
        elif _text(next(self._lines.read(), b"")) != _HEADER:
            self._lines.close()
            raise ConfigurationError("This is no file of failures; name another", str(file), 1)

    def add(self, line: Line, reason: str) -> None:
        self._empty = False
        overrides = [line.overrides.get(name, "") for name in OVERRIDES]
        self._lines.add(_row([line.device_token, *overrides, " ".join(reason.split())]))

    def flush(self) -> None:
        self._lines.flush()

    def close(self) -> None:
        self._lines.close()
        if self._empty:
            self._path.unlink()


def _row(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


class Record:
    """Where each verdict goes: counted, and kept in the journal and the failures, if any.

    A line that was not sent is in one place only, so that nobody sends it twice: left open in the
    journal, for the next run with it, or among the failures where there is no journal.
    """

    def __init__(self, journal: Journal | None = None, failures: Failures | None = None) -> None:
        self.tally = Tally()
        self._journal = journal
        self._failures = failures
        self._unwritten = 0

    def skips(self, line: Line) -> bool:
        """True, and counted, if an earlier run settled ``line``."""
        settled = self._journal is not None and line.number in self._journal
        self.tally.skipped += settled
        return settled

    def add(self, line: Line, verdict: Verdict) -> None:
        self.tally.add(line.number, verdict)
        if self._journal is not None:
            if not verdict.settled:
                return
            self._journal.add(line.number)
        if self._failures is not None and verdict.kind is not Kind.ACCEPTED:
            self._failures.add(line, verdict.reason)
        self._unwritten += 1
        if self._unwritten == _FLUSH_EVERY:
            self._flush()

    def _flush(self) -> None:
        """The failures first: a line that the journal calls settled must not be missing there."""
        self._unwritten = 0
        if self._failures is not None:
            self._failures.flush()
        if self._journal is not None:
            self._journal.flush()

    def close(self) -> None:
        if self._failures is not None:
            self._failures.close()
        if self._journal is not None:
            self._journal.close()
