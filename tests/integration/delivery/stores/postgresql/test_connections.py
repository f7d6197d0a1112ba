"""Getting into PostgreSQL: who may, what is made there, and what is said of it."""

from __future__ import annotations

import asyncio
import logging
import re
from uuid import uuid4

import asyncpg
import pytest

from apns_connector.delivery.stores.postgresql.connections import Connections
from apns_connector.delivery.stores.postgresql.store import PostgresqlOptions, PostgresqlStore
from apns_connector.errors import ConfigurationError, StoreError, StoreUnavailable
from tests.integration.delivery.stores.postgresql_databases import execute, new_database
from tests.servers.postgresql import PASSWORD


def a_store(url: str, **options: object) -> PostgresqlStore:
    return PostgresqlStore("outbox", PostgresqlOptions(url, **options))  # type: ignore[arg-type]


async def opened_and_closed(store: PostgresqlStore) -> None:
    await store.open()
    await store.close()


async def test_ten_may_start_at_once_where_nothing_is_yet(postgresql):
    url = await new_database(postgresql)
    await asyncio.gather(*(opened_and_closed(a_store(url, connections=2)) for _ in range(10)))


async def test_user_and_password_may_stand_apart_from_the_url(postgresql):
    url = f"postgresql://somebody@127.0.0.1:{postgresql.port}/postgres"
    await opened_and_closed(a_store(url, user="apns", password=PASSWORD))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("apns:", "nobody:"), "password authentication failed"),
        (("/postgres", "/nowhere"), 'database "nowhere" does not exist'),
        (("%40ss%2Fword", "@ss/word"), "percent-encoded"),
        (("127.0.0.1:", "127.0.0.1:x"), "percent-encoded"),
        (("127.0.0.1:", "[127.0.0.1:"), "percent-encoded"),
    ],
)
async def test_a_wrong_configuration_is_told_without_its_password(postgresql, change, says, caplog):
    caplog.set_level(logging.DEBUG)
    url = postgresql.url.replace(*change)
    store = a_store(url)
    with pytest.raises(ConfigurationError, match=says) as caught:
        await store.open()
    shown = f"{caught.value}{store!r}{PostgresqlOptions(url, password='ss/word')!r}{caplog.text}"
    assert not re.search("(?<!pass)word", shown.replace("user:password@", ""))


async def test_a_server_that_is_not_there_is_unavailable(postgresql):
    url = f"postgresql://apns:secret@127.0.0.1:{postgresql.port + 1}/postgres"
    with pytest.raises(StoreUnavailable, match=r"postgresql://127\.0\.0\.1:\d+/postgres") as caught:
        await a_store(url).open()
    assert "secret" not in str(caught.value)


async def test_of_several_hosts_the_one_that_serves_is_taken(postgresql):
    port = postgresql.port
    url = postgresql.url.replace(f"@127.0.0.1:{port}", f"@127.0.0.1:{port + 1},127.0.0.1:{port}")
    store = a_store(url)
    places = [f"postgresql://127.0.0.1:{one}/postgres" for one in (port + 1, port)]
    assert repr(store) == f"PostgresqlStore('outbox', {','.join(places)})"
    await opened_and_closed(store)


async def test_a_table_of_somebody_else_is_left_alone(postgresql):
    url = await new_database(postgresql)
    await execute(url, "create table apns_connector_record (id int)")
    with pytest.raises(StoreError, match=r"not of this version: .* then drop it"):
        await a_store(url).open()


async def test_who_may_not_make_a_table_uses_the_one_that_is_there(postgresql):
    url = await new_database(postgresql)
    role = f"r{uuid4().hex}"
    restricted = url.replace("apns:a%20p%40ss%2Fword%3Aof%25tests", f"{role}:secret")
    await execute(url, f"create role {role} login password 'secret'")
    with pytest.raises(ConfigurationError, match="permission denied"):
        await a_store(restricted).open()
    await opened_and_closed(a_store(url))
    await execute(url, f"grant all on apns_connector_record to {role}")
    await opened_and_closed(a_store(restricted))


async def test_what_a_role_gives_up_of_durability_is_taken_back(postgresql):
    url = await new_database(postgresql)
    name = url.rpartition("/")[2]
    await execute(
        url,
        f"alter database {name} set synchronous_commit to off",
        f"alter database {name} set default_transaction_isolation to 'serializable'",
    )
    connections = Connections("outbox", url, None, None, 2)
    await connections.open()
    async with connections.connection() as connection:
        assert await connection.fetchval("show synchronous_commit") == "on"
        assert await connection.fetchval("show transaction_isolation") == "read committed"
    await connections.close()


async def test_a_stricter_durability_stays(postgresql):
    url = await new_database(postgresql)
    name = url.rpartition("/")[2]
    await execute(url, f"alter database {name} set synchronous_commit to remote_apply")
    connections = Connections("outbox", url, None, None, 2)
    await connections.open()
    async with connections.connection() as connection:
        assert await connection.fetchval("show synchronous_commit") == "remote_apply"
    await connections.close()


async def test_what_postgresql_undid_is_done_again(postgresql):
    connections = Connections("outbox", postgresql.url, None, None, 2)
    await connections.open()
    attempts = 0

    async def work(connection: asyncpg.Connection) -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            await connection.execute("do $$ begin raise sqlstate '40P01'; end $$")
        return "done"

    assert await connections.run(work) == "done"
    assert attempts == 3
    attempts = -100
    with pytest.raises(StoreUnavailable, match="too many at once"):
        await connections.run(work)
    await connections.close()


async def test_a_connection_that_gives_no_answer_is_not_used_again(postgresql):
    connections = Connections("outbox", postgresql.url, None, None, 1)
    await connections.open()
    with pytest.raises(StoreUnavailable, match="no answer"):
        async with connections.connection() as connection:
            await connection.execute("select pg_sleep(30)", timeout=0.1)
    async with connections.connection() as connection:
        assert await connection.fetchval("select 1") == 1
    await connections.close()


async def test_a_connection_of_which_the_client_lost_the_thread_is_replaced(postgresql):
    connections = Connections("outbox", postgresql.url, None, None, most=1)
    await connections.open()

    async def whose(connection: asyncpg.Connection) -> int:
        return int(connection.get_server_pid())

    async def lose_the_thread(_: asyncpg.Connection) -> None:
        raise asyncpg.InternalClientError("another operation is in progress")

    before = await connections.run(whose)
    with pytest.raises(StoreUnavailable, match="another operation is in progress"):
        await connections.run(lose_the_thread)
    assert await connections.run(whose) != before
    await connections.close()
