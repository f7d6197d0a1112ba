"""Deployments for what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from apns_connector.mediation.configuration import Configuration, build_deployment
from apns_connector.operations import Clients, class_mediators
from apns_connector.own_library import own_library


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Configuration]:
    """A configuration of ``definitions`` (the inside of synapse.xml, from its second line on) and
    further files, built as far as it can be; this connector is loaded."""

    def make(
        definitions: str = "", files: Mapping[str, str | bytes] | None = None, **arguments: Any
    ) -> Configuration:
        root = f"<definitions xmlns='http://ws.apache.org/ns/synapse'>\n{definitions}</definitions>"
        for name, content in {"synapse.xml": root, **(files or {})}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        configuration, _ = build_deployment(
            tmp_path, classes=class_mediators(Clients()), libraries=[own_library()], **arguments
        )
        return configuration

    return make
