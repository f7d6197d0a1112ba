from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.delivery.stores.memory import MemoryOptions, MemoryStore
from apns_connector.delivery.stores.sqlite.store import SqliteStore
from apns_connector.errors import (
    ConfigurationError,
    InvalidDeployment,
    StoreError,
    StoreUnavailable,
)
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message_store import MessageStoreDefinition
from apns_connector.mediation.vault import Vault
from apns_connector.processing.stores import LiveStore, Stores, StoreSetting
from tests.virtual_time import run

JDBC = "org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Configuration]:
    vault = Vault.create(tmp_path, "the master key", cost=2)
    vault.put("db", "s3cret")

    def build(artifacts: str) -> Configuration:
        file = tmp_path / "synapse.xml"
        file.write_text(
            f"<definitions xmlns='http://ws.apache.org/ns/synapse'>{artifacts}</definitions>"
        )
        return read_deployment(file, classes={}, vault=vault)

    return build


def sqlite(name: str = "S", file: str = "s.db") -> str:
    return (
        f"<messageStore name='{name}' class='{JDBC}'><parameter "
        f"name='store.jdbc.connection.url'>jdbc:sqlite:{file}</parameter></messageStore>"
    )


def stores(folder: Path, **settings: StoreSetting) -> Stores:
    return Stores(folder, settings, None)


def test_each_definition_is_a_store(tmp_path, read):
    built = stores(tmp_path).build(read(sqlite() + "<messageStore name='M'/>"))
    assert isinstance(built["S"].store, SqliteStore)
    assert isinstance(built["M"].store, MemoryStore)


def test_a_setting_takes_the_place_of_class_and_parameters(tmp_path, read):
    jms = "<messageStore name='S' class='org.apache.synapse.message.store.impl.jms.JmsStore'/>"
    setting = StoreSetting("sqlite:here.db", 5)
    assert isinstance(stores(tmp_path, S=setting).build(read(jms))["S"].store, SqliteStore)
    with pytest.raises(InvalidDeployment, match=r"synapse\.xml:1"):
        stores(tmp_path).build(read(jms))


def test_a_setting_of_a_store_that_is_nowhere_is_told(tmp_path, read):
    with pytest.raises(InvalidDeployment, match=r"gateway\.yaml: message_stores\.T: there"):
        stores(tmp_path, T=StoreSetting("memory:")).build(read(sqlite()))


def test_a_setting_may_look_up_its_password_and_shows_no_url(tmp_path, read):
    setting = StoreSetting("postgresql://me:{wso2:vault-lookup('db')}@host/x")
    assert "host" not in repr(setting)
    shared = Stores(tmp_path, {"S": setting}, "the master key")
    live = shared.build(read(sqlite()))["S"]
    assert "s3cret" in str(live.made_of)
    assert "s3cret" not in repr(live)


def test_shared_stores_need_a_master_key(tmp_path, read):
    setting = StoreSetting("postgresql://me@host/x")
    with pytest.raises(ConfigurationError, match="set APNS_CONNECTOR_MASTER_KEY"):
        stores(tmp_path, S=setting).build(read(sqlite()))


def test_order_needs_a_store_that_keeps_it(tmp_path, read):
    wrong = "<messageStore name='S'><parameter name='ordering'>user</parameter></messageStore>"
    with pytest.raises(InvalidDeployment, match=r"synapse.xml:1: .*'user' is not 'device'"):
        stores(tmp_path).build(read(wrong))


def test_a_store_that_stays_the_same_stays(tmp_path, read):
    kept = stores(tmp_path)
    assert kept.adopt(kept.build(read(sqlite()))) == []
    first = kept.get("S")
    assert kept.adopt(kept.build(read("<!-- moved -->" + sqlite()))) == []
    assert first is not None
    second = kept.get("S")
    assert second is not None
    assert second.store is first.store


def test_a_store_that_changes_takes_the_place_of_the_old_one(tmp_path, read):
    kept = stores(tmp_path)
    kept.adopt(kept.build(read(sqlite() + sqlite("T", "t.db"))))
    old = [live.store for live in kept]
    assert kept.adopt(kept.build(read(sqlite(file="other.db")))) == old
    assert [live.definition.name for live in kept] == ["S"]


def test_stores_are_opened_and_closed(tmp_path, read):
    async def scenario() -> None:
        kept = stores(tmp_path)
        kept.adopt(kept.build(read(sqlite() + "<messageStore name='M'/>")))
        await kept.open()
        for live in kept:
            assert (await live.store.count()).waiting == 0
        await kept.close()
        for live in kept:
            with pytest.raises(StoreUnavailable):
                await live.store.count()

    asyncio.run(scenario())


class Reluctant(MemoryStore):
    """Fails to open as it is told."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__("S", MemoryOptions())
        self.failures = list(failures)

    async def open(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        await super().open()


def with_store(folder: Path, store: MemoryStore) -> Stores:
    kept = stores(folder)
    kept.adopt({"S": LiveStore(MessageStoreDefinition("S"), store, "made")})
    return kept


def test_a_store_that_cannot_be_reached_is_opened_when_it_can(tmp_path):
    away = StoreUnavailable("S", "it is away")

    async def scenario() -> None:
        store = Reluctant(away, away, away)
        kept = with_store(tmp_path, store)
        await kept.open()
        with pytest.raises(StoreUnavailable):
            await store.count()
        await asyncio.sleep(60)
        assert (await store.count()).waiting == 0
        await kept.close()

    run(scenario())


def test_a_store_that_can_never_be_used_is_told(tmp_path):
    async def scenario() -> None:
        kept = with_store(tmp_path, Reluctant(StoreError("S", "the table is not ours")))
        with pytest.raises(StoreError, match="not ours"):
            await kept.open()
        await kept.close()

    run(scenario())


def test_closing_ends_the_attempts_to_open(tmp_path):
    async def scenario() -> None:
        kept = with_store(tmp_path, Reluctant(*[StoreUnavailable("S", "away")] * 1000))
        await kept.open()
        await kept.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())


def test_without_its_key_nothing_can_be_read(tmp_path):
    with pytest.raises(ConfigurationError, match="key"):
        assert stores(tmp_path).records
