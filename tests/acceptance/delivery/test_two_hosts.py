"""Two hosts with a gateway and a worker each over one broker; one is cut off for a while."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.delivery.apple import LocalApple
from tests.acceptance.delivery.callers import Callers
from tests.acceptance.delivery.judge import Judgement
from tests.acceptance.delivery.network import APPLE, Network
from tests.acceptance.delivery.rounds import in_the_middle, judged
from tests.acceptance.delivery.site import IN_FLIGHT, Site, build_house, wait_until
from tests.acceptance.delivery.stores import Kept
from tests.acceptance.house import House
from tests.servers.postgresql import PostgresqlServer
from tests.servers.rabbitmq import RabbitmqServer

BROKERS: dict[str, Callable[[str], PostgresqlServer | RabbitmqServer]] = {
    "postgresql": PostgresqlServer,
    "rabbitmq": RabbitmqServer,
}
ROUNDS = 50


class TwoHosts:
    """``sites``: one on each of ``hosts``."""

    def __init__(self, folder: Path, network: Network, apple: LocalApple, kept: Kept) -> None:
        self.network = network
        self.hosts = [network.add_host() for _ in range(2)]
        house = build_house(folder, apple, kept)
        house.environment["APNS_CONNECTOR__APNS__DESTINATIONS__SANDBOX__HOST"] = APPLE
        self.sites = [
            Site(self._copied(house, host), apple, kept, network.address_of(host))
            for host in self.hosts
        ]

    def be_ready(self) -> None:
        for site in self.sites:
            site.be_ready()

    def stop(self) -> None:
        for site in self.sites:
            site.stop()

    def cut_off_one(self, count: int, seconds: float, chance: random.Random) -> Judgement:
        first, _ = self.sites
        first.apple.forget()
        gateways = [site.gateway_address for site in self.sites]
        callers = Callers(gateways, first.numbers, count)
        host = chance.choice(self.hosts)
        with in_the_middle(callers, first, chance):
            self.network.cut_off(host)
            time.sleep(seconds)
            self.network.heal(host)
        wait_until(first.settled, "an empty store")
        # 408: of a request only the beginning came through.
        judgement = judged(callers, self.sites, refusals=(503, 408))
        assert len(judgement.doubled) <= IN_FLIGHT, str(judgement)
        return judgement

    def _copied(self, house: House, host: int) -> House:
        folder = house.folder.parent / f"host{host}" / "deployment"
        shutil.copytree(house.folder, folder)
        return replace(house, folder=folder, running=[], within=self.network.command_on(host))


@pytest.fixture(
    params=["postgresql", pytest.param("rabbitmq", marks=pytest.mark.long)],
)
def hosts(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TwoHosts]:
    with (
        Network() as network,
        BROKERS[request.param](network.address) as broker,
        LocalApple(tmp_path, network.address) as apple,
    ):
        rabbitmq = request.param == "rabbitmq"
        kept = Kept(broker.url, not rabbitmq, server=broker, hides_claims=rabbitmq)
        hosts = TwoHosts(tmp_path, network, apple, kept)
        yield hosts
        hosts.stop()


def test_nothing_is_lost_while_one_is_cut_off(hosts: TwoHosts):
    hosts.be_ready()
    print(hosts.cut_off_one(200, 3.0, random.Random(1)))


@pytest.mark.long
def test_nothing_is_lost_while_one_is_cut_off_fifty_times(hosts: TwoHosts):
    seed = random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    hosts.be_ready()
    for number in range(ROUNDS):
        seconds = chance.uniform(0.5, 20.0)
        judgement = hosts.cut_off_one(2000, seconds, chance)
        print(f"round {number + 1}, {seconds:.1f} s: {judgement}", flush=True)
