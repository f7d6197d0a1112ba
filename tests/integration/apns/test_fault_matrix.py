"""Each row of the fault matrix, over real sockets and TLS.

Whatever happens, each notification ends once, as accepted, rejected, not sent or unknown, and the
judge compares that with what the server did. After most faults the client must be well again: one
more notification is accepted.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from apns_connector.apns import Certificate, Client, Notification, Response
from apns_connector.apns.batch import Outcome
from tests.integration.apns.fault_causes import Bench
from tests.integration.apns.fault_matrix import FAULT_MATRIX, Row
from tests.integration.apns.judge import Kind, judge


@pytest.fixture(scope="module")
def bench(demo, tmp_path_factory):
    revoked = demo.authority.push_certificate(demo.topic)
    return Bench(demo, revoked, tmp_path_factory.mktemp("bench"))


@pytest.fixture
def senders(bench, certificate, certificate_of, signing_key):
    """Those of the rows by name; "expiring" is so within two seconds."""
    issue = bench.demo.authority.push_certificate
    return {
        "certificate": lambda: certificate,
        "signing key": lambda: signing_key,
        "expiring": lambda: certificate_of(issue(bench.demo.topic, days=2 / 86_400)),
        "revoked": lambda: certificate_of(bench.revoked),
        "of the sandbox": lambda: certificate_of(
            issue(bench.demo.topic, environments=frozenset({"sandbox"}))
        ),
    }


def notifications(row: Row) -> list[Notification]:
    digits = 64 - len(row.device)
    alert = "x" * (row.body - len('{"aps":{"alert":""}}'))
    return [
        Notification(
            device_token=f"{row.device}{number:0{digits}x}",
            topic="com.example.app",
            payload={"aps": {"alert": alert}},
        )
        for number in range(row.number)
    ]


async def run(row: Row, bench: Bench, senders, until) -> None:
    mistakes = []  # what asyncio would only log
    asyncio.get_running_loop().set_exception_handler(lambda _, context: mistakes.append(context))
    sent, outcomes = notifications(row), []
    credentials = senders[row.credentials]()
    async with (
        row.cause(bench) as server,
        Client(
            credentials, server.destination, timeout=row.timeout, connections=row.connections
        ) as client,
    ):
        if row.credentials == "expiring":
            await until(lambda: has_expired(credentials))
        if row.at_once:
            sending = (client.send(notification) for notification in sent)
            outcomes += await asyncio.gather(*sending, return_exceptions=True)
        else:
            async for outcome in client.send_many(sent, under_way=row.under_way):
                outcomes.append(outcome)
        if row.heals:
            one_more = Notification(device_token="f" * 64, topic="com.example.app", payload={})
            outcomes.append(await client.send(one_more, timeout=15))
            sent.append(one_more)
    counts = judge(sent, outcomes, server.received())
    assert not mistakes
    check_expected(row, counts - Counter([Kind.ACCEPTED] if row.heals else []), outcomes)


def check_expected(row: Row, counts: Counter[Kind], outcomes: list[Outcome]) -> None:
    for kind in Kind:
        expected = row.outcomes.get(kind, 0)
        assert counts[kind] in (expected if isinstance(expected, range) else (expected,)), counts
    for outcome in outcomes:
        said = outcome.reason if isinstance(outcome, Response) else str(outcome)
        assert said is None or re.search(row.says, said), said


def has_expired(certificate: Certificate) -> bool:
    return datetime.now(UTC) > certificate.chain[0].not_valid_after_utc


def rows(*, every_loop: bool, long: bool) -> pytest.MarkDecorator:
    chosen = [row for row in FAULT_MATRIX if (row.every_loop, row.long) == (every_loop, long)]
    return pytest.mark.parametrize("row", chosen, ids=lambda row: row.name)


@rows(every_loop=False, long=False)
async def test_a_fault_leaves_each_notification_one_true_outcome(row, bench, senders, until):
    await run(row, bench, senders, until)


@pytest.mark.every_loop
@rows(every_loop=True, long=False)
async def test_on_every_loop_a_fault_leaves_each_notification_one_true_outcome(
    row, bench, senders, until
):
    await run(row, bench, senders, until)


@pytest.mark.long
@pytest.mark.every_loop
@rows(every_loop=True, long=True)
async def test_a_long_fault_leaves_each_notification_one_true_outcome(row, bench, senders, until):
    await run(row, bench, senders, until)
