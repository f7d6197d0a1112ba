"""Finds inputs that lead where none has led before, and those that break a promise.

The loop is the usual one of fuzzing by coverage. An input of the corpus is changed and run; if it
takes a branch that none has taken, or one far more often, it joins the corpus; if it raises, it is
a finding, and is printed. Coverage comes from ``sys.settrace``, so nothing has to be installed.

``--minimise`` replaces the files of the corpus: of all inputs at hand, the smallest first, those
stay that lead somewhere new; then each line that can go without loss goes. Files whose names begin
with ``found`` are findings of old, made as short by hand, and are left as they are.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
FOUND = "found"
HANGS_AFTER_SECONDS = 10
# Of the runs, how many are watched: that makes them ten times as slow.
WATCHED = 0.3

Change = Callable[[bytes, random.Random, list[bytes]], bytes]
# Where from, where to (lines, with their file), and how often: 1, 2, 3, 4-7, 8-15, 16-127, more.
Edge = tuple[str, int, int, int]


@dataclass(frozen=True)
class Target:
    """``run`` raises on a finding; ``watch`` is the part of it whose way through the modules
    ``traced`` is followed. ``start``: inputs beside the corpus."""

    name: str
    run: Callable[[bytes], None]
    watch: Callable[[bytes], object]
    change: Change
    smaller: Callable[[bytes], list[bytes]]
    start: list[bytes]
    traced: tuple[ModuleType, ...]

    def corpus(self) -> dict[str, bytes]:
        files = sorted((CORPUS / self.name).glob("*.txt"))
        return {file.name: file.read_bytes() for file in files}


class Coverage:
    """The edges that one run takes in the modules of ours."""

    def __init__(self, modules: tuple[ModuleType, ...]) -> None:
        self._files = {module.__file__: module.__name__ for module in modules}

    def of(self, run: Callable[[bytes], object], data: bytes) -> frozenset[Edge]:
        counts: dict[tuple[str, int, int], int] = {}

        def enter(frame: FrameType, event: str, _: Any) -> Any:
            module = self._files.get(frame.f_code.co_filename)
            if module is None:
                return None
            before = 0

            def line(frame: FrameType, event: str, _: Any) -> Any:
                nonlocal before
                edge = (module, before, frame.f_lineno)
                counts[edge] = counts.get(edge, 0) + 1
                before = frame.f_lineno
                return line

            return line

        sys.settrace(enter)
        try:
            run(data)
        finally:
            sys.settrace(None)
        return frozenset((*edge, _class_of(count)) for edge, count in counts.items())


def _class_of(count: int) -> int:
    if count < 4:
        return count
    return next((limit for limit in (8, 16, 128) if count < limit), 1 << 30)


@dataclass
class Fuzzer:
    target: Target
    chance: random.Random
    inputs: list[bytes] = field(default_factory=list)
    known: set[Edge] = field(default_factory=set)
    findings: dict[str, bytes] = field(default_factory=dict)
    executions: int = 0

    def __post_init__(self) -> None:
        self._coverage = Coverage(self.target.traced)
        for data in (*self.target.start, *self.target.corpus().values()):
            self.try_out(data)

    def try_out(self, data: bytes, *, watched: bool = True) -> None:
        """Run it; note it if it breaks a promise; if watched, keep it if it leads anywhere new."""
        self.executions += 1
        try:
            run_in_time(self.target.run, data)
            edges = self._coverage.of(self.target.watch, data) if watched else frozenset()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            self._note(error, data)
        else:
            if not edges <= self.known:
                self.known |= edges
                self.inputs.append(data)

    def _note(self, error: Exception, data: bytes) -> None:
        where = "".join(traceback.format_exception(error)[-2:])
        if where not in self.findings:
            self.findings[where] = data
            print(
                f"FINDING after {self.executions} executions\n{where}\n{data.decode()}", flush=True
            )

    def go(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        report_at = 0.0
        while (now := time.monotonic()) < until:
            if now >= report_at:
                report_at = now + 30
                self.report()
            data = self.chance.choice(self.inputs)
            data = self.target.change(data, self.chance, self.inputs)
            self.try_out(data, watched=self.chance.random() < WATCHED)
        self.report()

    def report(self) -> None:
        print(
            f"{self.target.name}: {self.executions} executions, {len(self.inputs)} inputs,"
            f" {len(self.known)} edges, {len(self.findings)} findings",
            flush=True,
        )

    # The corpus

    def minimise(self) -> list[bytes]:
        known: set[tuple[str, int, int]] = set()
        kept = []
        for data in sorted(self.inputs, key=len):
            new = self._lines(data) - known
            if new:
                kept.append(self._smaller(data, new))
                known |= self._lines(kept[-1])
        return kept

    def _lines(self, data: bytes) -> set[tuple[str, int, int]]:
        """Edges however often they are taken: what the kept corpus is to cover."""
        return {edge[:3] for edge in self._coverage.of(self.target.watch, data)}

    def _smaller(self, data: bytes, needed: set[Any]) -> bytes:
        for candidate in self.target.smaller(data):
            if needed <= self._lines(candidate):
                return self._smaller(candidate, needed)
        return data


def without_a_line(data: bytes) -> list[bytes]:
    """The same, with each of its lines left out in turn: for making it smaller."""
    lines = data.splitlines(keepends=True)
    return [b"".join(lines[:at] + lines[at + 1 :]) for at in reversed(range(len(lines)))]


def main(target: Target) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m tests.fuzz.{target.name}")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="to repeat a run; otherwise another each time")
    parser.add_argument("--minimise", action="store_true", help="replace the corpus afterwards")
    options = parser.parse_args()
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed {seed}")
    signal.signal(signal.SIGALRM, _hangs)
    fuzzer = Fuzzer(target, random.Random(seed))
    fuzzer.go(options.seconds)
    if options.minimise:
        replace_corpus(target, fuzzer.minimise())
    sys.exit(bool(fuzzer.findings))


def run_in_time(run: Callable[[bytes], None], data: bytes) -> None:
    """Raises TimeoutError for one that takes no end. (Watched runs are slow, and are not timed.)"""
    signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER_SECONDS)
    try:
        run(data)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _hangs(*_: object) -> None:
    raise TimeoutError(f"still running after {HANGS_AFTER_SECONDS} s")


def replace_corpus(target: Target, inputs: list[bytes]) -> None:
    folder = CORPUS / target.name
    for name in target.corpus():
        if not name.startswith(FOUND):
            (folder / name).unlink()
    for data in inputs:
        (folder / f"{hashlib.sha256(data).hexdigest()[:12]}.txt").write_bytes(data)
    print(f"{folder}: {len(inputs)} files")


# What the interpreter shares anyway.
_SHARED = (type, ModuleType, FunctionType, int, bool, type(None))


def held_bytes(root: object) -> int:
    """All that hangs on ``root``, in bytes."""
    seen, todo, size = set(), [root], 0
    while todo:
        item = todo.pop()
        if id(item) not in seen and not isinstance(item, _SHARED):
            seen.add(id(item))
            size += sys.getsizeof(item)
            todo += gc.get_referents(item)
    return size
