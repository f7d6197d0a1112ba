"""Where the files lie that a unit-test file names."""

from __future__ import annotations

from pathlib import Path


def locate(test: Path, named: str) -> tuple[Path, Path] | None:
    """The file, and the folder that its path is relative to: the nearest one above the test in
    which there is such a file. Tools write the paths from the project on, or from the folder that
    holds the projects, with and without a leading slash."""
    relative = named.replace("\\", "/").lstrip("/")
    for folder in test.absolute().parents:
        if relative and (folder / relative).is_file():
            return folder / relative, folder
    return None


def shown(path: Path) -> str:
    """The path as one can open it from here."""
    here, there = Path.cwd(), path.absolute()
    return str(there.relative_to(here)) if there.is_relative_to(here) else str(there)
