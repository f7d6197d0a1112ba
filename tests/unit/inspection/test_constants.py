"""Constant aliases and paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.inspection.constants import aliases_in, inspect_constants
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.vault import Vault

Build = Callable[..., Configuration]


@pytest.mark.parametrize(
    ("text", "aliases"),
    [
        ("{wso2:vault-lookup('a')}", ["a"]),
        ('{vault-lookup("a")}', ["a"]),
        ("concat(wso2:vault-lookup('a'), wso2:vault-lookup( 'b' ))", ["a", "b"]),
        ("${wso2-vault('a')}", ["a"]),
        ("{wso2:vault-lookup($ctx:alias)}", []),
        ("{wso2:vault-lookup('a', 'ENV', 'false')}", []),
        ("plain", []),
    ],
)
def test_the_aliases_in_a_text(text: str, aliases: list[str]) -> None:
    assert aliases_in(text) == aliases


def found(configuration: Configuration) -> list[str]:
    return [str(finding) for finding in inspect_constants(configuration)]


SECRET = (
    "<sequence name='S'>\n<property name='p' expression=\"wso2:vault-lookup('a')\"/></sequence>"
)


def test_an_alias_that_the_vault_does_not_have_is_an_error(build: Build, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path, "key", cost=2)
    assert found(build(SECRET, vault=vault)) == [
        "synapse.xml:3: error: the vault has no secret 'a': apns-connector vault put DEPLOYMENT a"
    ]
    vault.put("a", "secret")
    assert found(build(SECRET, vault=vault)) == []


def test_an_alias_without_a_vault_is_an_error(build: Build, tmp_path: Path) -> None:
    for vault in (None, Vault(tmp_path)):
        [told] = found(build(SECRET, vault=vault))
        assert "there is no vault: apns-connector vault create" in told


def test_a_parameter_may_be_an_alias_by_itself(build: Build, tmp_path: Path) -> None:
    vault = Vault.create(tmp_path, "key", cost=2)
    entry = "<localEntry key='C'><apns.init>\n<signingKeyAlias>{}</signingKeyAlias></apns.init>"
    definition = f"{entry}</localEntry>"
    [told] = found(build(definition.format("a"), vault=vault))
    assert told.startswith("synapse.xml:3: error: the vault has no secret 'a'")
    assert found(build(definition.format("{$ctx:alias}"), vault=vault)) == []


def test_a_vault_that_cannot_be_read_is_told_by_others(build: Build, tmp_path: Path) -> None:
    (tmp_path / "vault.json").write_text("broken")
    [told] = found(build(SECRET, vault=Vault(tmp_path)))
    assert "there is no vault" in told


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        (
            "<apns.init><certificateRegistryPath>gov:/none.p12</certificateRegistryPath></apns.init>",
            "the registry has no resource 'gov:/none.p12'",
        ),
        (
            "<apns.init><certificateRegistryPath>gov:/../x</certificateRegistryPath></apns.init>",
            "leads out of the registry",
        ),
        (
            "<property name='p' expression=\"get-property('registry', 'conf:/none.txt')\"/>",
            "the registry has no resource 'conf:/none.txt'",
        ),
        (
            "<property name='p' expression=\"get-property('registry', 'gov:/a.txt@none')\"/>",
            "the registry has no resource 'gov:/a.txt@none'",
        ),
    ],
)
def test_a_constant_path_that_leads_nowhere_is_an_error(
    build: Build, definition: str, complaint: str
) -> None:
    files = {"registry/governance/a.txt": "a"}
    [told] = found(build(f"<sequence name='S'>\n{definition}</sequence>", files))
    assert told.startswith("synapse.xml:3: error: ")
    assert complaint in told


@pytest.mark.parametrize(
    "definition",
    [
        "<apns.init><certificateRegistryPath>gov:/a.p12</certificateRegistryPath></apns.init>",
        "<apns.init><certificateRegistryPath>{$ctx:path}</certificateRegistryPath></apns.init>",
        "<apns.init><certificateRegistryPath/></apns.init>",
        "<property name='p' expression=\"get-property('registry', $ctx:path)\"/>",
        "<property name='p' expression=\"get-property('registry', 'gov:/a.p12')\"/>",
    ],
)
def test_a_path_that_is_there_or_not_constant_is_fine(build: Build, definition: str) -> None:
    files = {"registry/governance/a.p12": b"\x30"}
    assert found(build(f"<sequence name='S'>{definition}</sequence>", files)) == []
