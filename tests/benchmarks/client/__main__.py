"""How fast the client sends, beside h2load and other clients, in one run on one machine.

    .venv/bin/python -m tests.benchmarks.client [--peers] [--markdown]

See docs/benchmarks.md for the method and for how to read the tables. Needs haproxy, h2load and
taskset (Debian: haproxy, nghttp2-client, util-linux); ``--peers`` also npm and the network, once.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.client import memory, peers, speed, waiting
from tests.benchmarks.client.processes import CLIENT_CORE, SERVER_CORE, find
from tests.benchmarks.client.table import Table

PARTS = ("speed", "waiting", "memory")


def main() -> None:
    options = parse()
    require("haproxy", "h2load", "taskset", *(["node", "npm"] if options.peers else []))
    print(machine())
    for table in tables(options):
        print()
        print(table.as_markdown() if options.markdown else table.as_text(), flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.client",
        description="How fast the client sends.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--peers", action="store_true", help="measure aioapns and node-apn as well")
    add("--cache", type=Path, default=peers.cache_folder(), help="where to install them")
    add("--requests", type=int, default=100_000)
    add("--rounds", type=int, default=5)
    add("--longest", type=int, default=1_000_000, help="stream for memory; up to 10000000")
    add("--part", action="append", choices=PARTS, help="only this; repeatable")
    add("--markdown", action="store_true", help="tables for the documentation")
    return parser.parse_args()


def require(*tools: str) -> None:
    missing = [tool for tool in tools if not find(tool)]
    if missing:
        sys.exit(f"missing: {', '.join(missing)} (Debian: apt-get install haproxy nghttp2-client)")


def machine() -> str:
    """What the numbers depend on, in one line."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return (
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores: the server on core"
        f" {SERVER_CORE}, the client on core {CLIENT_CORE}. Linux {platform.release()},"
        f" {ssl.OPENSSL_VERSION}, Python {platform.python_version()},"
        f" haproxy {version('haproxy', '-v')}, h2load {version('h2load', '--version')}."
    )


def version(tool: str, option: str) -> str:
    said = subprocess.run([find(tool) or tool, option], capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)+", said.stdout)
    return found[0] if found else "of unknown version"


def tables(options: argparse.Namespace) -> Iterator[Table]:
    parts = options.part or PARTS
    cache = options.cache if options.peers else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "speed" in parts:
            yield from speed.measure(folder, options.requests, options.rounds, cache)
        if "waiting" in parts:
            yield from waiting.measure(folder, options.requests // 2, options.rounds)
        if "memory" in parts:
            yield from memory.measure(folder, options.longest, options.rounds)


if __name__ == "__main__":
    main()
