from __future__ import annotations

import logging
import sys

import pytest

from apns_connector.delivery.opening import build_store, build_store_from_url
from apns_connector.delivery.stores.memory import MemoryStore
from apns_connector.delivery.stores.nats.store import NatsStore
from apns_connector.delivery.stores.postgresql.store import PostgresqlStore
from apns_connector.delivery.stores.rabbitmq.store import RabbitmqStore
from apns_connector.delivery.stores.redis.store import RedisStore
from apns_connector.delivery.stores.sqlite.store import SqliteStore
from apns_connector.errors import ConfigurationError

JDBC = "org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore"


@pytest.mark.parametrize(
    ("url", "store"),
    [
        ("memory:", MemoryStore),
        ("sqlite:push.db", SqliteStore),
        ("postgresql://push:secret@db/push", PostgresqlStore),
        ("postgres://db/push", PostgresqlStore),
        ("amqp://push:secret@broker/%2F", RabbitmqStore),
        ("amqps://broker", RabbitmqStore),
        ("redis://:secret@cache", RedisStore),
        ("rediss://cache", RedisStore),
        ("nats://push:secret@broker", NatsStore),
    ],
)
def test_the_scheme_of_a_url_decides(tmp_path, url, store):
    built = build_store_from_url("S", url, tmp_path, 100)
    assert type(built) is store
    assert "secret" not in repr(built)
    assert list(tmp_path.iterdir()) == [], "nothing is opened yet"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:push.db", "push.db"),
        ("sqlite:stores/push.db?durability=normal", "stores/push.db"),
        ("sqlite:///var/lib/push.db", "/var/lib/push.db"),
        ("sqlite:/var/lib/push.db", "/var/lib/push.db"),
    ],
)
def test_a_file_is_within_the_deployment_unless_it_is_absolute(tmp_path, url, path):
    assert str(tmp_path / path) in repr(build_store_from_url("S", url, tmp_path))


@pytest.mark.parametrize(
    "url", ["sqlite:", "sqlite::memory:", "sqlite:a.db?durability=off", "sqlite:a.db?cache=shared"]
)
def test_a_sqlite_url_that_says_something_else_is_refused(tmp_path, url):
    with pytest.raises(ConfigurationError, match="write sqlite:FILE"):
        build_store_from_url("S", url, tmp_path)


def test_an_unknown_scheme_is_refused_without_showing_the_url(tmp_path):
    with pytest.raises(ConfigurationError, match="begins with one of memory:, sqlite:") as caught:
        build_store_from_url("S", "mysql://root:secret@db", tmp_path)
    assert "secret" not in str(caught.value)


def test_a_class_of_the_xml_becomes_a_store(tmp_path):
    parameters = {"store.jdbc.connection.url": "jdbc:sqlite:push.db", "max.records": "7"}
    built = build_store("S", JDBC, parameters, tmp_path)
    assert isinstance(built, SqliteStore)
    assert str(tmp_path / "push.db") in repr(built)


def test_a_store_without_class_is_in_memory(tmp_path):
    assert isinstance(build_store("S", None, {}, tmp_path), MemoryStore)


def test_ignored_parameters_are_told_by_name_only(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    build_store("S", JDBC, {"store.jdbc.driver": "a value"}, tmp_path)
    assert "'S'" in caplog.text
    assert "store.jdbc.driver" in caplog.text
    assert "a value" not in caplog.text


def test_a_class_that_nobody_has_is_refused_with_those_that_there_are(tmp_path):
    with pytest.raises(ConfigurationError, match=r"com\.example\.Store; there are .*JDBCMessage"):
        build_store("S", "com.example.Store", {}, tmp_path)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package of somebody else, with two stores, of which one cannot be loaded."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "their_package.py").write_text(
        "def store(name, parameters, folder):\n    return (name, dict(parameters), folder)\n"
    )
    information = folder / "their_package-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    (information / "entry_points.txt").write_text(
        "[apns_connector.stores]\n"
        "com.example.Store = their_package:store\n"
        "com.example.Broken = their_package:missing\n"
    )
    monkeypatch.syspath_prepend(folder)
    yield
    sys.modules.pop("their_package", None)


@pytest.mark.usefixtures("installed")
def test_a_third_party_adds_a_class_by_an_entry_point(tmp_path):
    built = build_store("S", "com.example.Store", {"p": "v"}, tmp_path)
    assert built == ("S", {"p": "v"}, tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_class_that_cannot_be_loaded_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match=r"com\.example\.Broken is installed, but"):
        build_store("S", "com.example.Broken", {}, tmp_path)
