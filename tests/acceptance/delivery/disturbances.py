"""The table of disturbances: what happens in the middle, and is over when it returns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.acceptance.delivery.site import Site

# A second one that a disturbance needed goes on working after it.
MOST_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Disturbance:
    """``in_doubt``: of how many workers the records in flight may arrive once more.
    ``workers``: how many there are, at least. ``kills_server``: without letting it write what it
    has in memory."""

    act: Callable[[Site, Random], None]
    in_doubt: int
    workers: int = 1
    kills_server: bool = False


def _kill_worker(site: Site, _: Random) -> None:
    site.kill_worker()
    site.be_ready()


def _kill_gateway(site: Site, _: Random) -> None:
    site.kill_gateway()
    site.be_ready()


def _kill_both(site: Site, chance: Random) -> None:
    for kill in chance.sample([site.kill_worker, site.kill_gateway], 2):
        kill()
    site.be_ready()


def _kill_one_of_two_workers(site: Site, _: Random) -> None:
    """The other one takes over when the lease is over."""
    site.kill_worker()


def _replace_worker(site: Site, _: Random) -> None:
    site.replace_worker()


def _replace_all_workers(site: Site, _: Random) -> None:
    for _worker in list(site.workers):
        site.replace_worker()


def _apple_is_away(site: Site, chance: Random) -> None:
    site.apple.go_away()
    time.sleep(chance.uniform(0.2, 1.0))
    site.apple.come_back()


def _restart_server(site: Site, _: Random) -> None:
    assert site.kept.server is not None
    site.kept.server.stop()
    site.kept.server.start()


def _kill_server(site: Site, _: Random) -> None:
    assert site.kept.server is not None
    site.kept.server.kill()
    site.kept.server.start()


OF_PROCESSES = {
    "worker killed": Disturbance(_kill_worker, in_doubt=1),
    "gateway killed": Disturbance(_kill_gateway, in_doubt=0),
    "both killed": Disturbance(_kill_both, in_doubt=1),
    "worker stopped": Disturbance(_replace_worker, in_doubt=0),
    "apple away": Disturbance(_apple_is_away, in_doubt=MOST_WORKERS),
    "rolling restart": Disturbance(_replace_all_workers, in_doubt=0, workers=2),
    "one worker left": Disturbance(_kill_one_of_two_workers, in_doubt=1, workers=2),
}
OF_SERVERS = {
    "server stopped": Disturbance(_restart_server, in_doubt=MOST_WORKERS),
    "server killed": Disturbance(_kill_server, in_doubt=MOST_WORKERS, kills_server=True),
}
