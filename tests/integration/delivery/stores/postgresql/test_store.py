"""What is special of the store in PostgreSQL: outages, several processes, lanes that change."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import asyncpg
import pytest

from apns_connector.delivery.record import Again, Counts, Dead, Done, Record, State
from apns_connector.delivery.stores.postgresql import statements as sql
from apns_connector.delivery.stores.postgresql.connections import Connections
from apns_connector.delivery.stores.postgresql.store import PostgresqlOptions, PostgresqlStore
from apns_connector.errors import StoreFull, StoreUnavailable
from tests.integration.delivery.stores.postgresql_databases import execute, new_database
from tests.integration.delivery.stores.storm import Storm
from tests.servers.postgresql import PostgresqlServer


async def hot_updates(server: PostgresqlServer) -> int:
    """How many rows have been changed without an index, as of all sessions that have ended."""
    await asyncio.sleep(1.5)  # sessions tell what they did once a second, or at their end
    connection = await asyncpg.connect(server.url)
    try:
        view = "select coalesce(sum(n_tup_hot_upd), 0) from pg_stat_user_tables where relname = $1"
        return int(await connection.fetchval(view, sql.TABLE))
    finally:
        await connection.close()


async def planned(server: PostgresqlServer, statement: str, *values: object) -> str:
    """How the server would do that in a session of ours."""
    connections = Connections("any", server.url, None, None, 1)
    await connections.open()
    async with connections.connection() as connection:
        plan = await connection.fetch(f"explain {statement}", *values)
    await connections.close()
    return "\n".join(row[0] for row in plan)


def a_record(**values: object) -> Record:
    return Record(b"sealed", time.time(), **values)  # type: ignore[arg-type]


class Stores:
    """Several of one name, as in several processes."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._url = server.url
        self.name = f"store {uuid4()}"
        self._opened: list[PostgresqlStore] = []

    async def open(self, limit: int = 1_000_000) -> PostgresqlStore:
        store = PostgresqlStore(self.name, PostgresqlOptions(self._url, limit=limit))
        await store.open()
        self._opened.append(store)
        return store

    async def close(self) -> None:
        for store in self._opened:
            await store.close()


@pytest.fixture
def stores(postgresql):
    return Stores(postgresql)


async def test_nothing_acknowledged_is_lost_when_the_server_is_killed(postgresql, stores):
    writer, worker = await stores.open(), await stores.open()
    storm = Storm(postgresql, 2000)
    await asyncio.wait_for(storm.rage(writer, worker), 50)
    assert storm.outages
    assert storm.duplicates < 4 * 2 * 64
    assert await worker.count() == Counts()
    await stores.close()


async def test_a_claim_does_not_look_at_all_that_is_due(postgresql, stores):
    """Also before the server has statistics of the table."""
    store = await stores.open()
    await store.put([a_record() for _ in range(5_000)])
    now = time.time()
    steps = await planned(postgresql, sql.CLAIM, stores.name, now, 100, 1, now + 60)
    assert f"Index Scan using {sql.TABLE}_ready" in steps, steps
    assert "Sort" not in steps, steps
    assert "Bitmap" not in steps, steps
    await stores.close()


async def test_many_claims_are_not_compared_with_each_row(postgresql, stores):
    """Also when the statistics of the table are from a time at which there were none."""
    store = await stores.open()
    for _ in range(5):
        await store.put([a_record() for _ in range(1_000)])
    await execute(postgresql.url, f"analyze {sql.TABLE}")
    now = time.time()
    for many in range(250, 4_000, 250):
        numbers, texts = list(range(many)), [""] * many
        due, dead, bodies = [now] * many, [False] * many, [None] * many
        changed = (numbers, numbers, due, numbers, texts, dead, bodies, now)
        for plan in (
            await planned(postgresql, sql.EXTEND, numbers, numbers, now + 60, now),
            await planned(postgresql, sql.SETTLE, [], *changed),
        ):
            assert "Join Filter" not in plan, f"{many}: {plan}"
    await stores.close()


async def test_a_claim_writes_into_no_index(postgresql, stores):
    store = await stores.open()
    await store.put([a_record() for _ in range(200)])
    before = await hot_updates(postgresql)
    await store.claim(200, lease=60)
    await stores.close()
    updates = await hot_updates(postgresql) - before
    assert updates > 150  # a page that others have filled already has no room


async def test_a_record_whose_worker_died_comes_before_later_ones(stores):
    store = await stores.open()
    for number in range(3):
        await store.put([Record(b"sealed", 1.0 + number, label=str(number))])
    await store.claim(1, lease=-1)
    assert [one.record.label for one in await store.claim(3, lease=60)] == ["0", "1", "2"]
    await stores.close()


async def test_a_lease_that_is_over_is_lost_also_before_somebody_else_has_the_record(stores):
    store = await stores.open()
    record = a_record()
    await store.put([record])
    (lost,) = await store.claim(1, lease=-1)
    await store.extend([lost], 60)
    await store.settle([Dead(lost, "too late")])
    assert await store.count() == Counts(waiting=1, oldest=record.created)
    await stores.close()


async def test_an_outage_is_told_and_survived(postgresql, stores, caplog):
    store, closing = await stores.open(), await stores.open()
    await store.put([a_record()])
    (claim,) = await store.claim(1, lease=60)
    waiting = asyncio.create_task(store.claim(1, lease=60, wait=50))
    await asyncio.sleep(0.05)
    postgresql.stop()
    with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{postgresql.port}"):
        await asyncio.wait_for(waiting, 10)
    with pytest.raises(StoreUnavailable):
        await store.put([a_record()])
    await asyncio.wait_for(closing.close(), 15)
    postgresql.start()
    await store.put([a_record()])
    await store.settle([Done(claim)])
    assert (await store.count()).waiting == 1
    await stores.close()
    assert not [record for record in caplog.records if record.name.startswith("asyncpg")]


async def test_the_limit_is_of_all_processes(stores):
    one, other = await stores.open(limit=5), await stores.open(limit=5)
    await one.put([a_record(), a_record(), a_record()])
    await other.put([a_record(), a_record()])
    for store in (one, other):
        with pytest.raises(StoreFull):
            await store.put([a_record()])
    (claim,) = await other.claim(1, lease=60)
    await other.settle([Done(claim)])
    await one.put([a_record()])
    assert (await one.count()).waiting == 5
    await stores.close()


async def test_of_those_that_come_together_only_who_finds_no_room_is_turned_away(stores):
    store = await stores.open(limit=4)
    puts = [[a_record(), a_record(), a_record()], [a_record(), a_record()], [a_record()]]
    answers = await asyncio.gather(*(store.put(put) for put in puts), return_exceptions=True)
    assert [type(answer) for answer in answers] == [type(None), StoreFull, type(None)]
    assert (await store.count()).waiting == 4
    await stores.close()


async def test_stores_of_other_names_share_nothing(postgresql):
    one, other = Stores(postgresql), Stores(postgresql)
    store, stranger = await one.open(limit=1), await other.open(limit=1)
    record = a_record()
    await store.put([record])
    await stranger.put([record])
    assert await stranger.drop([record.id]) == 1
    assert (await store.count()).waiting == 1
    await one.close()
    await other.close()


async def test_texts_that_postgresql_cannot_keep_do_not_stop_a_record(stores):
    store = await stores.open()
    await asyncio.gather(store.put([a_record(label="a\0b")]), store.put([a_record()]))
    first, second = await store.claim(2, lease=60)
    assert {first.record.label, second.record.label} == {"a\ufffdb", ""}
    await store.settle([Dead(first, "half \ud83d of a pair")])
    kept = await store.find(first.record.id)
    assert kept is not None
    assert kept.state is State.DEAD
    await stores.close()


async def test_a_dead_one_that_is_retried_goes_before_those_of_its_lane(stores):
    store = await stores.open()
    first, second, third = (a_record(lane="device") for _ in range(3))
    await store.put([first, second, third])
    (claim,) = await store.claim(9, lease=60)
    await store.settle([Dead(claim, "no use")])
    assert await store.retry([first.id]) == 1
    for expected in (first, second, third):
        (claim,) = await store.claim(9, lease=60)
        assert claim.record.id == expected.id
        await store.settle([Done(claim)])
    await stores.close()


async def test_a_lane_waits_for_a_dead_one_that_is_retried_while_the_next_is_under_way(stores):
    store = await stores.open()
    first, second, third = (a_record(lane="device") for _ in range(3))
    await store.put([first, second, third])
    (claim,) = await store.claim(9, lease=60)
    await store.settle([Dead(claim, "no use")])
    (under_way,) = await store.claim(9, lease=60)
    await store.retry([first.id])
    (retried,) = await store.claim(9, lease=60)
    assert (under_way.record.id, retried.record.id) == (second.id, first.id)
    await store.settle([Done(retried)])
    assert await store.claim(9, lease=60) == []
    await store.settle([Done(under_way)])
    (claim,) = await store.claim(9, lease=60)
    assert claim.record.id == third.id
    await stores.close()


async def test_no_lane_stands_still_when_many_put_and_settle_in_it(stores):
    """Whoever puts must see that the one before is gone, or whoever settles that one has come."""
    writer, worker, other = [await stores.open() for _ in range(3)]
    came: list[str] = []

    async def write() -> None:
        for number in range(60):
            await writer.put([a_record(lane=f"lane {number % 3}")])

    async def work(store: PostgresqlStore) -> None:
        while len(came) < 240:
            claims = await store.claim(3, lease=60, wait=0.2)
            came.extend(claim.record.id for claim in claims)
            await asyncio.gather(*(store.settle([Done(claim)]) for claim in claims))

    await asyncio.wait_for(
        asyncio.gather(*(write() for _ in range(4)), work(worker), work(other)), 50
    )
    assert len(set(came)) == len(came) == 240
    assert await writer.count() == Counts()
    await stores.close()


async def test_who_stops_waiting_in_the_middle_of_a_claim_gives_back_what_it_brings(stores):
    store = await stores.open()
    await store.put([a_record(attempts=2)])
    for turns in range(8):
        claiming = asyncio.create_task(store.claim(1, lease=60))
        for _ in range(turns):
            await asyncio.sleep(0)
        claiming.cancel()
        await asyncio.gather(claiming, return_exceptions=True)
    claims = await store.claim(1, lease=60, wait=5)
    assert [claim.record.attempts for claim in claims] == [2]
    await stores.close()


async def test_what_a_lost_claim_says_is_not_heard_before_another_has_it_either(stores):
    store = await stores.open()
    await store.put([a_record()])
    (lost,) = await store.claim(1, lease=0.05)
    await asyncio.sleep(0.1)
    await store.settle([Again(lost, time.time() + 60, "late")])
    (claim,) = await store.claim(1, lease=60)
    assert claim.record == lost.record
    await stores.close()


async def test_a_full_disk_of_the_server_is_a_full_store(postgresql):
    """A trigger says what PostgreSQL says of a full disk: 53100."""
    url = await new_database(postgresql)
    store = PostgresqlStore("outbox", PostgresqlOptions(url))
    await store.open()
    await store.put([a_record()])
    await execute(
        url,
        "create function full_disk() returns trigger language plpgsql"
        " as $$ begin raise sqlstate '53100'; end $$",
        "create trigger full_disk before insert on apns_connector_record"
        " for each row execute function full_disk()",
    )
    with pytest.raises(StoreFull, match=r"the disk of .+ is full"):
        await store.put([a_record()])
    (claim,) = await store.claim(1, lease=60)
    await store.settle([Done(claim)])
    await execute(url, "drop trigger full_disk on apns_connector_record")
    await store.put([a_record()])
    assert (await store.count()).waiting == 1
    await store.close()
