"""All findings of a deployment together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apns_connector.examination import examine
from apns_connector.inspection import inspect_configuration
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.vault import Vault

SOUND = "<proxy name='P'><target><inSequence><drop/></inSequence></target></proxy>"


def definitions(content: str) -> str:
    return f"<definitions xmlns='http://ws.apache.org/ns/synapse'>\n{content}</definitions>"


def found(folder: Path, **environment: str) -> list[str]:
    return [str(one) for one in examine(folder, environment)]


def test_of_a_sound_deployment_there_is_nothing_to_say(
    build: Callable[..., Configuration], tmp_path: Path
) -> None:
    assert inspect_configuration(build(SOUND), datetime.now(UTC)) == []
    assert found(tmp_path) == []


def test_what_keeps_it_from_being_built_comes_with_the_rest_in_order(tmp_path: Path) -> None:
    content = f"{SOUND}<sequence name='S'>\n<nonsense/>\n<apns.init><nmae>x</nmae></apns.init>"
    (tmp_path / "synapse.xml").write_text(definitions(f"{content}</sequence>"))
    (tmp_path / "gateway.yaml").write_text("http:\n  prot: 1\n")
    places = [line.split(": ")[:2] for line in found(tmp_path)]
    assert places == [
        ["gateway.yaml:2", "error"],
        ["synapse.xml:2", "warning"],
        ["synapse.xml:3", "error"],
        ["synapse.xml:4", "error"],
    ]


@pytest.mark.parametrize("content", ["", "<description>x</description>"])
def test_a_deployment_that_serves_nothing_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "synapse.xml").write_text(definitions(content))
    [told] = found(tmp_path)
    severity = "warning" if content else "error"
    assert told.startswith(f"deployment: {severity}: nothing is served")


def test_a_folder_that_is_no_deployment_is_one_error(tmp_path: Path) -> None:
    [told] = found(tmp_path)
    assert "is no deployment" in told


def test_settings_by_the_environment_are_checked_as_well(tmp_path: Path) -> None:
    (tmp_path / "synapse.xml").write_text(definitions(SOUND))
    [told] = found(tmp_path, APNS_CONNECTOR__HTTP__PORT="many")
    assert told.startswith("the environment: error: http.port")
    [told] = found(tmp_path, APNS_CONNECTOR__LIMITS__REQUESTS="-1")
    assert told.startswith("gateway.yaml: error: ")


@pytest.mark.parametrize(
    ("environment", "start"),
    [
        ({}, "vault.json: warning: not opened"),
        ({"APNS_CONNECTOR_MASTER_KEY": "wrong"}, "vault.json: error: The master key is not that"),
        ({"APNS_CONNECTOR_MASTER_KEY": "right"}, None),
        ({"APNS_CONNECTOR_MASTER_KEY_FILE": "/none"}, "deployment: error: The master key file"),
    ],
)
def test_the_vault_is_opened_if_there_is_a_master_key(
    tmp_path: Path, environment: dict[str, str], start: str | None
) -> None:
    (tmp_path / "synapse.xml").write_text(definitions(SOUND))
    Vault.create(tmp_path, "right", cost=2)
    told = found(tmp_path, **environment)
    assert not told if start is None else told[0].startswith(start)
