"""A disk that others fill up: callers are told, and what they handed over before is delivered."""

from __future__ import annotations

import errno
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.delivery.apple import LocalApple
from tests.acceptance.delivery.callers import Callers
from tests.acceptance.delivery.rounds import in_the_middle, judged
from tests.acceptance.delivery.site import Site, build_house, wait_until
from tests.acceptance.delivery.stores import Kept

DISK = "80m"
BLOCK = bytes(2**16)
TOLD = 20  # callers who get 503 before there is room again


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Skips the test where mounting is not permitted, as in many a container."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"mounting a small disk is not permitted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.fixture
def site(tmp_path: Path, small_disk: Path) -> Iterator[Site]:
    kept = Kept(f"sqlite:{small_disk / 'pushes.db'}", keeps_order=True)
    with LocalApple(tmp_path) as apple:
        site = Site(build_house(tmp_path, apple, kept), apple, kept)
        yield site
        site.stop()


def fill(others: Path) -> None:
    with others.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                return


def full_for_a_while(site: Site, others: Path, count: int, chance: random.Random) -> None:
    site.apple.forget()
    callers = Callers([site.gateway_address], site.numbers, count)
    callers.enough = lambda: callers.statuses[503] >= TOLD
    with in_the_middle(callers, site, chance):
        fill(others)
        wait_until(callers.enough, "callers who are told")
        others.unlink()
    wait_until(site.settled, "an empty store")
    judgement = judged(callers, [site])
    print(judgement, dict(callers.statuses), flush=True)
    assert not judgement.doubled


def test_nothing_is_lost_by_a_full_disk(site: Site, small_disk: Path):
    site.be_ready()
    full_for_a_while(site, small_disk / "others", 200, random.Random(1))


@pytest.mark.long
def test_nothing_is_lost_by_a_disk_that_is_full_fifty_times(site: Site, small_disk: Path):
    seed = random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    site.be_ready()
    for _ in range(50):
        full_for_a_while(site, small_disk / "others", 2000, chance)
