"""A deployment for each test, run by itself or behind a gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.traps import deployments
from tests.acceptance.traps.deployments import Answer, Ran


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Runs mediators as the sequence ``tested``, beside further definitions; the rest is for
    ``deployments.mediate``."""

    def mediated(
        mediators: str,
        definitions: str = "",
        files: Mapping[str, str | bytes] | None = None,
        **message: Any,
    ) -> Ran:
        tested = f"<sequence name='tested'>{mediators}</sequence>"
        return deployments.mediate(
            deployments.deploy(tmp_path, tested + definitions, files), **message
        )

    return mediated


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., list[Answer]]:
    """What a gateway with these definitions answers to requests, one after the other."""
    return lambda definitions, *requests: deployments.ask(
        deployments.deploy(tmp_path, definitions), *requests
    )
