"""The examples of the documentation, pasted at a prompt as their reader would."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["library.md", "channels.md", "coming-from.md"]
_EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples(page: str) -> list[str]:
    return _EXAMPLE.findall((DOCS / page).read_text())


def paste(examples: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """``python -m asyncio``, fed with the examples; an empty line ends what is still open."""
    return subprocess.run(
        [sys.executable, "-m", "asyncio"],
        input="\n\n".join(examples) + "\n\n",
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_example_of_a_page_runs(page, empty_apple, tmp_path):
    (tmp_path / "credentials").symlink_to(empty_apple.credentials.folder)
    ports = {"2197": empty_apple.port, "2196": empty_apple.management_port}
    moved = [re.sub("219[67]", lambda port: str(ports[port[0]]), each) for each in examples(page)]
    assert len(moved) > 3
    said = paste(moved, tmp_path)
    assert "Error" not in said.stderr, said.stderr
    assert "Traceback" not in said.stderr, said.stderr
    assert said.returncode == 0
    assert empty_apple.notifications()
