"""The faults in which APNs clients lose, double or fail notifications: here they come out clean.

Clean: every notification has one outcome, none is accepted twice, none is rejected or unsent that
waiting would have delivered, and unknown are only those that were under way when a connection died
without a word. The counts of both sides agree.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest

from apns_connector.apns import Client, Destination, Notification, Response, SigningKey
from apns_connector.errors import OutcomeUnknown
from apns_connector.simulator import Fault, Simulator, SimulatorOptions, demo_credentials


@dataclass(frozen=True)
class Row:
    """``fault``: hits one request in a thousand (a fifth of a short run), ``count`` times.
    ``prefix``: of device tokens that provoke it once each. ``unknown``: whether the fate of a
    notification may stay unknown."""

    name: str
    fault: str | None = None
    count: int | None = None
    reason: str | None = None
    prefix: str = ""
    unknown: bool = False


ROWS = (
    Row("GOAWAY again and again", "goaway"),
    Row("TCP reset again and again", "close", unknown=True),
    Row("an answer that never comes", "silence", unknown=True),
    Row("503 once for each device", prefix="bad15031"),
    Row("429 once for each device", prefix="bad14292"),
    Row("REFUSED_STREAM once for each device", prefix="bad31007"),
    Row("a token that is declared expired", "answer", 1, "ExpiredProviderToken"),
    Row("a server that goes away and comes back", unknown=True),
)


@pytest.fixture(scope="module")
def credentials(tmp_path_factory):
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


@dataclass
class Result:
    outcomes: list[object]
    simulator: Simulator
    sent: set[str]


async def send_through(row: Row, credentials, number: int, under_way: int) -> Result:
    key = SigningKey.from_p8(
        credentials.signing_key.read_bytes(), credentials.key_id, credentials.team_id
    )
    digits = 64 - len(row.prefix)
    notifications = [
        Notification(
            device_token=f"{row.prefix}{i:0{digits}x}",
            topic=credentials.topic,
            payload={"aps": {}},
        )
        for i in range(number)
    ]
    options = SimulatorOptions(control_port=None)
    async with Simulator(credentials, options) as simulator:
        if row.fault is not None:
            simulator.faults.add(
                Fault(fault=row.fault, after=number // 5, count=row.count, reason=row.reason)
            )
        here = Destination("local", "localhost", simulator.port, credentials.ca)
        outcomes: list[object] = []
        async with Client(key, here, timeout=3 if row.fault == "silence" else 30) as client:
            async for outcome in client.send_many(notifications, under_way=under_way):
                outcomes.append(outcome)
                if row.name.startswith("a server that goes") and len(outcomes) == number // 3:
                    asyncio.get_running_loop().create_task(go_away(simulator))
        return Result(outcomes, simulator, {n.apns_id for n in notifications})


async def go_away(simulator: Simulator) -> None:
    simulator.cut_connections()
    await simulator.stop()
    await asyncio.sleep(1)
    await simulator.start()


def check(row: Row, result: Result) -> None:
    outcomes, simulator = result.outcomes, result.simulator
    assert {outcome.notification.apns_id for outcome in outcomes} == result.sent
    assert len(outcomes) == len(result.sent)
    kinds = Counter(
        outcome.reason or "accepted" if isinstance(outcome, Response) else type(outcome).__name__
        for outcome in outcomes
    )
    assert set(kinds) <= {"accepted", OutcomeUnknown.__name__}, kinds
    if not row.unknown:
        assert kinds[OutcomeUnknown.__name__] == 0
    assert kinds["accepted"] > len(outcomes) // 2
    accepted = Counter(r.apns_id for r in simulator.received if r.outcome == "accepted")
    assert max(accepted.values()) == 1, "accepted twice"
    assert kinds["accepted"] <= len(accepted) <= kinds["accepted"] + kinds[OutcomeUnknown.__name__]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_fault_comes_out_clean(row, credentials):
    # What dies with a connection stays unknown: few under way, so that most are known.
    check(row, asyncio.run(send_through(row, credentials, 600, 50 if row.unknown else 300)))


@pytest.mark.long
@pytest.mark.parametrize("under_way", [50, 500])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_fault_comes_out_clean_among_five_thousand(row, under_way, credentials):
    check(row, asyncio.run(send_through(row, credentials, 5000, under_way)))
