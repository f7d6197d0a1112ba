from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.processing.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Callable[..., Scene]:
    """``scene(processor(…), …)``: a deployment with the store S and these artifacts."""

    def build(*artifacts: str) -> Scene:
        return Scene(tmp_path, "<messageStore name='S'/>" + "".join(artifacts))

    return build
