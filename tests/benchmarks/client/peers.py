"""The peers, each at one version, installed outside the tree by the tool of its language."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

AIOAPNS: Final = "4.0"
NODE_APN: Final = "8.1.0"


def cache_folder() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "apns-connector" / "benchmarks"


def aioapns(cache: Path) -> Path:
    """The folder to find aioapns in, with all that it needs, from PyPI."""
    # A bare Debian has pip outside of the environment only.
    pip = [sys.executable, "-m", "pip"]
    if not find_spec("pip"):
        pip = ["python3", "-m", "pip", "--python", sys.executable]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / f"aioapns-{AIOAPNS}-python{python}"
    return _installed(folder, [*pip, "install", "-q", f"aioapns=={AIOAPNS}", "--target"])


def node_apn(cache: Path) -> Path:
    """The folder to require @parse/node-apn from, from npm."""
    package = f"@parse/node-apn@{NODE_APN}"
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", package, "--prefix"]
    return _installed(cache / f"node-apn-{NODE_APN}", npm)


def _installed(folder: Path, install: list[str]) -> Path:
    """``folder``, filled by ``install`` unless it is there. It appears once it is complete."""
    if not folder.exists():
        print(f"installing {folder.name} into {folder.parent}", file=sys.stderr)
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        subprocess.run([*install, unfinished], check=True, stdout=sys.stderr)
        unfinished.rename(folder)
    return folder
