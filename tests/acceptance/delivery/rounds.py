"""One round: pushes are handed over, something happens in the middle, and all is waited for."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.acceptance.delivery.callers import Callers
from tests.acceptance.delivery.disturbances import Disturbance
from tests.acceptance.delivery.judge import Judgement, judge
from tests.acceptance.delivery.site import IN_FLIGHT, Site, wait_until

SECONDS_TO_ARRIVE = 20.0


def disturbed(site: Site, disturbance: Disturbance, count: int, chance: random.Random) -> Judgement:
    """Of ``count`` pushes and one disturbance. Raises AssertionError for anything that was not
    promised so."""
    site.be_ready(disturbance.workers)
    site.apple.forget()
    callers = Callers([site.gateway_address], site.numbers, count)
    with in_the_middle(callers, site, chance):
        disturbance.act(site, chance)
    wait_until(site.settled, "an empty store")
    judgement = judged(callers, [site])
    if not (disturbance.kills_server and site.kept.killed_server_forgets):
        most = disturbance.in_doubt * IN_FLIGHT
        assert len(judgement.doubled) <= most, f"{judgement}, and not {most}: {judgement.doubled}"
    return judgement


@contextmanager
def in_the_middle(callers: Callers, site: Site, chance: random.Random) -> Iterator[None]:
    """Some pushes have been accepted and some have arrived, but not all; at the end of this all are
    handed over."""
    middle = chance.uniform(0.1, 0.7) * callers.count

    def reached() -> bool:
        begun = len(callers.accepted) >= middle and site.apple.accepted > 0
        return begun or calling.done()

    with ThreadPoolExecutor(1) as pool:
        calling = pool.submit(callers.run)
        wait_until(reached, "the middle", every=0.002)
        yield
        calling.result()


def await_the_last(callers: Callers, site: Site) -> None:
    """An empty store says nothing of those that are claimed: they have this time to arrive."""
    deadline = time.monotonic() + SECONDS_TO_ARRIVE
    while judge(callers.accepted, site.apple.arrivals()).lost and time.monotonic() < deadline:
        time.sleep(0.05)


def judged(
    callers: Callers, sites: Sequence[Site], refusals: Collection[int] = (503,)
) -> Judgement:
    """When all is settled: nothing is lost, every answer is one of those, nobody has complained."""
    if sites[0].kept.hides_claims:
        await_the_last(callers, sites[0])
    judgement = judge(callers.accepted, sites[0].apple.arrivals())
    complaints = [complaint for site in sites for complaint in site.complaints()]
    assert not judgement.lost, f"lost: {sorted(judgement.lost)}"
    assert not judgement.split, f"two records of one push: {sorted(judgement.split)}"
    assert callers.statuses.keys() <= {202, *refusals}, f"answers: {callers.statuses}"
    assert not callers.without_retry_after, f"503 without Retry-After: {callers.statuses}"
    assert not complaints, "\n".join(complaints)
    return judgement
