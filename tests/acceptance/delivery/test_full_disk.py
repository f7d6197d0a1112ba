"""A disk that others fill up: callers are told, and what they handed over before is delivered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.delivery.apple import LocalApple
from tests.acceptance.delivery.callers import Callers
from tests.acceptance.delivery.crash_contract import always
from tests.acceptance.delivery.full_disk_stores import STORES, OnSmallDisk, SmallDisk
from tests.acceptance.delivery.rounds import in_the_middle, judged
from tests.acceptance.delivery.site import IN_FLIGHT, Site, build_house, wait_until

TOLD = 50  # callers who get 503 before there is room again


@pytest.fixture
def store(request: pytest.FixtureRequest) -> OnSmallDisk:
    return STORES[request.param]


@pytest.fixture
def disk(store: OnSmallDisk) -> Iterator[SmallDisk]:
    with store.mounted() as disk:
        yield disk


@pytest.fixture
def site(tmp_path: Path, store: OnSmallDisk, disk: SmallDisk) -> Iterator[Site]:
    with store.kept(disk.folder, tmp_path) as kept, LocalApple(tmp_path) as apple:
        site = Site(build_house(tmp_path, apple, kept), apple, kept)
        yield site
        site.stop()


def full_for_a_while(
    site: Site, store: OnSmallDisk, disk: SmallDisk, count: int, chance: random.Random
) -> None:
    site.apple.forget()
    server = site.kept.server
    callers = Callers([site.gateway_address], site.numbers, count)
    callers.enough = lambda: callers.statuses[503] >= TOLD
    with in_the_middle(callers, site, chance):
        disk.fill()
        wait_until(callers.enough, "callers who are told")
        disk.make_room()
        if server is not None:
            store.have_it_run(server)
    wait_until(site.settled, "an empty store")
    judgement = judged(callers, [site])
    print(judgement, dict(callers.statuses), flush=True)
    assert not callers.unanswered
    assert all(command.process.poll() is None for command in site.house.running)
    if not site.kept.killed_server_forgets:
        assert len(judgement.doubled) <= (0 if server is None else IN_FLIGHT)


@pytest.mark.parametrize("store", always(STORES, "sqlite"), indirect=True)
def test_nothing_is_lost_by_a_full_disk(site: Site, store: OnSmallDisk, disk: SmallDisk):
    site.be_ready()
    full_for_a_while(site, store, disk, 200, random.Random(1))


@pytest.mark.long
@pytest.mark.parametrize(
    ("store", "times"),
    [(name, 50 if name == "sqlite" else 5) for name in STORES],
    indirect=["store"],
)
def test_nothing_is_lost_by_a_disk_that_is_full_many_times(
    site: Site, store: OnSmallDisk, disk: SmallDisk, times: int
):
    seed = random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    site.be_ready()
    for _ in range(times):
        full_for_a_while(site, store, disk, 2000, chance)
