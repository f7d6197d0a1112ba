"""What every store owes the whole product: disturb it in the middle, and nothing is lost.

``test_<store>.py`` derives from this. A site lives as long as its class: what a disturbance has
killed is started again, the rest goes on with the next one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle

import pytest
from _pytest.mark import ParameterSet

from tests.acceptance.delivery.apple import LocalApple
from tests.acceptance.delivery.disturbances import OF_PROCESSES, OF_SERVERS
from tests.acceptance.delivery.rounds import disturbed
from tests.acceptance.delivery.site import Site, build_house
from tests.acceptance.delivery.stores import STORES

FEW, MANY = 120, 2000
ROUNDS = 50


class CrashContract:
    """``store``: a line of the table of stores."""

    store: str

    @pytest.fixture(scope="class")
    @classmethod
    def site(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
        folder = tmp_path_factory.mktemp(cls.store)
        with STORES[cls.store](folder) as kept, LocalApple(folder) as apple:
            site = Site(build_house(folder, apple, kept), apple, kept)
            yield site
            site.stop()

    @pytest.mark.parametrize("name", OF_PROCESSES)
    def test_nothing_is_lost(self, site: Site, name: str):
        print(name, disturbed(site, OF_PROCESSES[name], FEW, random.Random(name)))

    @pytest.mark.long
    def test_nothing_is_lost_in_fifty_rounds(self, site: Site):
        seed = random.randrange(2**32)
        print(f"{self.store}: seed {seed}", flush=True)
        rounds(site, random.Random(seed))


def always(names: Iterable[str], *chosen: str) -> list[ParameterSet]:
    """The ``chosen`` ones; the others when there is time."""
    return [pytest.param(n, marks=[] if n in chosen else pytest.mark.long) for n in names]


class ServerCrashContract(CrashContract):
    """Of a store whose records are in a server."""

    @pytest.mark.parametrize("name", always(OF_PROCESSES, "worker killed"))
    def test_nothing_is_lost(self, site: Site, name: str):
        super().test_nothing_is_lost(site, name)

    @pytest.mark.parametrize("name", always(OF_SERVERS, "server killed"))
    def test_nothing_is_lost_by_its_server(self, site: Site, name: str):
        print(name, disturbed(site, OF_SERVERS[name], FEW, random.Random(name)))


def rounds(site: Site, chance: random.Random) -> None:
    """Each disturbance in turn, in an order and at moments by chance."""
    table = OF_PROCESSES if site.kept.server is None else OF_PROCESSES | OF_SERVERS
    names = cycle(chance.sample(sorted(table), len(table)))
    doubled: Counter[str] = Counter()
    for number, name in zip(range(ROUNDS), names, strict=False):
        judgement = disturbed(site, table[name], MANY, chance)
        print(f"round {number + 1}, {name}: {judgement}", flush=True)
        doubled[name] += len(judgement.doubled)
    print(f"{ROUNDS} rounds of {MANY}: 0 lost; doubled: {dict(doubled)}", flush=True)
