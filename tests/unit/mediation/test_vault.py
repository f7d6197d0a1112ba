"""Secrets at rest."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from apns_connector.errors import MediationError, VaultError
from apns_connector.mediation.vault import (
    FILE_NAME,
    MASTER_KEY_FILE_VARIABLE,
    MASTER_KEY_VARIABLE,
    Vault,
    master_key_from,
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "vault", "master", cost=2)


def test_what_is_put_in_comes_out(vault: Vault) -> None:
    vault.put("apns", "s3cret é")
    vault.put("apns", "newer")
    vault.put("other", "")
    assert vault.get("apns") == "newer"
    assert vault.get("other") == ""


def test_the_file_shows_no_secret_and_only_its_owner_may_read_it(
    vault: Vault, tmp_path: Path
) -> None:
    vault.put("apns", "s3cret")
    file = tmp_path / "vault" / FILE_NAME
    assert b"s3cret" not in file.read_bytes()
    assert b"master" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == [FILE_NAME]


def test_names_need_no_master_key(vault: Vault, tmp_path: Path) -> None:
    vault.put("b", "1")
    vault.put("a", "2")
    assert Vault(tmp_path / "vault").names() == ["a", "b"]


def test_another_process_sees_what_was_put(vault: Vault, tmp_path: Path) -> None:
    other = Vault(tmp_path / "vault", "master")
    assert other.names() == []
    vault.put("apns", "s3cret")
    assert other.get("apns") == "s3cret"


def test_a_secret_that_another_process_replaced_or_removed_is_believed_for_a_second(
    vault: Vault, tmp_path: Path
) -> None:
    now = [0.0]
    other = Vault(tmp_path / "vault", "master", clock=lambda: now[0])
    vault.put("apns", "old")
    assert other.get("apns") == "old"
    vault.put("apns", "new")
    now[0] = 1.0
    assert other.get("apns") == "new"
    vault.remove("apns")
    now[0] = 2.0
    with pytest.raises(VaultError, match="no secret 'apns'"):
        other.get("apns")


def test_what_is_written_oneself_is_known_at_once(vault: Vault, tmp_path: Path) -> None:
    frozen = Vault(tmp_path / "vault", "master", clock=lambda: 0.0)
    frozen.put("apns", "old")
    assert frozen.get("apns") == "old"
    frozen.put("apns", "new")
    assert frozen.get("apns") == "new"


def test_a_wrong_master_key_is_told_as_such(vault: Vault, tmp_path: Path) -> None:
    vault.put("apns", "s3cret")
    wrong = Vault(tmp_path / "vault", "mistress")
    with pytest.raises(VaultError, match="master key is not that of the vault"):
        wrong.get("apns")
    with pytest.raises(VaultError, match="master key is not that of the vault"):
        wrong.put("apns", "x")


def test_unlocking_tries_the_master_key(vault: Vault, tmp_path: Path) -> None:
    Vault(tmp_path / "vault", "master").unlock()
    wrong = Vault(tmp_path / "vault", "mistress")
    for _ in range(2):
        with pytest.raises(VaultError, match="master key is not that of the vault"):
            wrong.unlock()


def test_a_missing_master_key_is_told_with_what_to_do(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=MASTER_KEY_VARIABLE):
        Vault(tmp_path / "vault").get("apns")


def test_an_unknown_alias_is_named(vault: Vault) -> None:
    with pytest.raises(VaultError, match="'none'"):
        vault.get("none")
    with pytest.raises(VaultError, match="'none'"):
        vault.remove("none")
    with pytest.raises(MediationError, match="'none'"):
        vault.lookup("none")


def test_a_removed_secret_is_gone(vault: Vault) -> None:
    vault.put("apns", "s3cret")
    vault.remove("apns")
    assert vault.names() == []


def test_two_secrets_swapped_in_the_file_are_noticed(vault: Vault, tmp_path: Path) -> None:
    vault.put("a", "1")
    vault.put("b", "2")
    file = tmp_path / "vault" / FILE_NAME
    content = json.loads(file.read_text())
    entries = content["secrets"]
    entries["a"], entries["b"] = entries["b"], entries["a"]
    file.write_text(json.dumps(content))
    with pytest.raises(VaultError, match="'a' is damaged"):
        Vault(tmp_path / "vault", "master").get("a")


def test_a_vault_is_not_created_over_another(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="already"):
        Vault.create(tmp_path / "vault", "master")


def test_an_empty_master_key_or_alias_is_refused(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="master key"):
        Vault.create(tmp_path / "other", "")
    with pytest.raises(VaultError, match="alias"):
        vault.put("", "x")


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_file_that_is_no_vault_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(VaultError, match="cannot be read"):
        Vault(tmp_path, "master").names()


def test_no_vault_at_all_is_told(tmp_path: Path) -> None:
    assert not Vault(tmp_path).exists
    with pytest.raises(VaultError, match="There is no vault"):
        Vault(tmp_path).names()


def test_neither_key_nor_secret_is_in_the_repr(vault: Vault) -> None:
    assert "master" not in repr(vault)


def test_the_master_key_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(" from file\n")
    assert master_key_from({}) is None
    assert master_key_from({MASTER_KEY_VARIABLE: "direct"}) == "direct"
    assert master_key_from({MASTER_KEY_FILE_VARIABLE: str(file)}) == "from file"


def test_a_master_key_file_that_is_empty_or_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read"):
        master_key_from({MASTER_KEY_FILE_VARIABLE: str(tmp_path / "none")})
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(VaultError, match="is empty"):
        master_key_from({MASTER_KEY_FILE_VARIABLE: str(tmp_path / "empty")})


def test_a_secret_replaced_within_one_tick_of_the_file_system_is_seen(
    vault: Vault, tmp_path: Path
) -> None:
    vault.put("apns", "s3cret")
    now = [0.0]
    other = Vault(tmp_path / "vault", "master", clock=lambda: now[0])
    assert other.get("apns") == "s3cret"
    file = tmp_path / "vault" / "vault.json"
    written = file.stat().st_mtime_ns
    vault.put("apns", "longer than it was")
    os.utime(file, ns=(written, written))
    now[0] = 1.0
    assert other.get("apns") == "longer than it was"
