"""Processes, each kept to one core, and what they used of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
Command = Sequence[str | Path]

_CORES: Final = sorted(os.sched_getaffinity(0))
# The first and the last that we may use: on machines where one core shows as two, these seldom
# are the same one. On a machine with only one, both are that one.
SERVER_CORE: Final = _CORES[0]
CLIENT_CORE: Final = _CORES[-1]

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def find(tool: str) -> str | None:
    """Where ``tool`` is; servers are often outside the path of those who are not root."""
    return shutil.which(tool) or shutil.which(tool, path="/usr/sbin")


def on_core(core: int, command: Command) -> list[str]:
    """``command``, kept to ``core``; the process that is started becomes it."""
    return ["taskset", "--cpu-list", str(core), *map(str, command)]


def output_of(command: Command, *, seconds: float, path: Path | None = None) -> str:
    """What a client prints, alone on its core; ``path``: where it finds other packages first.

    Raises :class:`RuntimeError` with its own words if it fails or takes longer than ``seconds``.
    """
    environment = {**os.environ, "PYTHONPATH": str(path)} if path else None
    try:
        done = subprocess.run(
            on_core(CLIENT_CORE, command),
            capture_output=True, text=True, timeout=seconds, cwd=ROOT, env=environment,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"no end after {seconds:.0f} seconds: {command}") from error
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def cpu_seconds(pid: int) -> float:
    """User and system time that a running process has used."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS
