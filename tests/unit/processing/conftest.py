from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.mediation.compatibility import MI_4, Compatibility
from tests.unit.processing.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Callable[..., Scene]:
    """``scene(processor(…), …)``: a deployment with the store S and these artifacts."""

    def build(*artifacts: str, compatibility: Compatibility = MI_4) -> Scene:
        return Scene(tmp_path, "<messageStore name='S'/>" + "".join(artifacts), compatibility)

    return build
