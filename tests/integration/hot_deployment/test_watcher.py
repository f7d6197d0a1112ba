"""Looking at real files."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.hot_deployment.changes import Changes
from apns_connector.hot_deployment.watcher import take_snapshot, watch


def test_a_snapshot_leaves_out_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    os.symlink(tmp_path / "nowhere", tmp_path / "dangling")
    files = [tmp_path / "a", tmp_path / "none", tmp_path / "dangling"]
    assert list(take_snapshot(files)) == [tmp_path / "a"]


@pytest.mark.parametrize("how", ["write", "replace", "touch", "delete"])
def test_any_change_of_a_file_is_seen(tmp_path: Path, how: str) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    before = take_snapshot([file])
    match how:
        case "write":
            file.write_text("longer")
        case "replace":
            (tmp_path / "b").write_text("y")
            os.replace(tmp_path / "b", file)
        case "touch":
            os.utime(file, ns=(1, 1))
        case "delete":
            file.unlink()
    assert take_snapshot([file]) != before


def test_a_change_is_deployed_and_a_folder_that_is_gone_for_a_moment_is_waited_for(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    gone = [ConfigurationError("there is no such folder")]

    def files() -> list[Path]:
        if gone:
            raise gone.pop()
        return [file]

    async def scenario() -> int:
        deployed = asyncio.Event()
        count = 0

        async def deploy() -> None:
            nonlocal count
            count += 1
            deployed.set()

        changes = Changes(take_snapshot([file]), quiet_seconds=0)
        watching = asyncio.create_task(watch(files, changes, deploy, seconds=0.01))
        file.write_text("changed")
        await asyncio.wait_for(deployed.wait(), 10)
        watching.cancel()
        await asyncio.wait([watching])
        return count

    assert asyncio.run(scenario()) == 1
