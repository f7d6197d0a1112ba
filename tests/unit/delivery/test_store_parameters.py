from __future__ import annotations

import pytest

from apns_connector.delivery.store_parameters import CLASS_NAMES, address_of, limit_of
from apns_connector.errors import ConfigurationError

IMPL = "org.apache.synapse.message.store.impl."
JDBC = f"{IMPL}jdbc.JDBCMessageStore"
RABBITMQ = f"{IMPL}rabbitmq.RabbitMQStore"
OURS = "apns_connector.delivery."


def url_of(class_name: str | None, **parameters: str) -> str:
    address = address_of("S", class_name, {k.replace("_", "."): v for k, v in parameters.items()})
    assert address is not None
    return address.url


def refusal_of(class_name: str, parameters: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        address_of("S", class_name, parameters)
    return str(caught.value)


@pytest.mark.parametrize(
    "class_name",
    [
        None,
        f"{IMPL}memory.InMemoryStore",
        "org.apache.synapse.message.store.InMemoryMessageStore",
        f"{OURS}MemoryStore",
    ],
)
def test_stores_in_memory_are_known_by_all_their_names(class_name):
    assert url_of(class_name) == "memory:"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("jdbc:sqlite:stores/push.db", "sqlite:stores/push.db"),
        ("sqlite:/var/lib/push.db", "sqlite:/var/lib/push.db"),
        ("jdbc:postgresql://db:5433/push?ssl=true", "postgresql://db:5433/push?ssl=true"),
        (" postgresql://db/push ", "postgresql://db/push"),
    ],
)
def test_a_jdbc_url_may_do_without_jdbc(given, url):
    assert url_of(JDBC, store_jdbc_connection_url=given) == url


def test_a_jdbc_store_without_url_is_a_file_of_the_deployment():
    assert url_of(JDBC) == "sqlite:message-stores.db"


def test_user_and_password_of_a_database_stay_apart_from_its_url():
    address = address_of(
        "S",
        JDBC,
        {
            "store.jdbc.connection.url": "jdbc:postgresql://db/push",
            "store.jdbc.username": "wso2",
            "store.jdbc.password": "p@ss:w/rd",
        },
    )
    assert address is not None
    assert (address.user, address.password) == ("wso2", "p@ss:w/rd")
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "parameters",
    [
        {"store.jdbc.connection.url": "jdbc:mysql://root:secret@db/push"},
        {"store.jdbc.connection.url": "jdbc:oracle:thin:@db:1521/push"},
        {"store.jdbc.connection.url": "jdbc:h2:mem:push"},
        {"store.jdbc.dsName": "jdbc/PushDS"},
        {"store.jdbc.dsName": "jdbc/PushDS", "store.jdbc.connection.url": "jdbc:sqlite:push.db"},
    ],
)
def test_another_database_is_refused_with_what_to_do(parameters):
    refusal = refusal_of(JDBC, parameters)
    assert "keep the XML" in refusal
    assert "message_stores: {S: {url: postgresql://" in refusal
    assert "secret" not in refusal


def test_rabbitmq_without_parameters_is_the_one_of_this_machine():
    assert url_of(RABBITMQ) == "amqp://guest:guest@localhost:5672/%2F"


def test_rabbitmq_is_named_by_its_documented_parameters():
    given = {
        "store.rabbitmq.host.name": "broker",
        "store.rabbitmq.host.port": "5673",
        "store.rabbitmq.username": "push",
        "store.rabbitmq.password": "a/b@c",
        "store.rabbitmq.virtual.host": "/apns",
        "store.rabbitmq.queue.name": "pushes",
    }
    address = address_of("S", RABBITMQ, given)
    assert address is not None
    assert address.url == "amqp://push:a%2Fb%40c@broker:5673/%2Fapns"
    assert address.queue == "pushes"
    assert "a%2Fb" not in repr(address)


def test_rabbitmq_may_be_encrypted_but_not_with_key_stores_of_java():
    assert url_of(RABBITMQ, rabbitmq_connection_ssl_enabled="true").startswith("amqps://")
    key_store = {"rabbitmq.connection.ssl.truststore.location": "client-truststore.jks"}
    assert "amqps://" in refusal_of(RABBITMQ, key_store)


@pytest.mark.parametrize(
    "class_name",
    [
        f"{IMPL}jms.JmsStore",
        f"{IMPL}resequencer.ResequenceMessageStore",
        "org.wso2.carbon.message.store.persistence.jms.JMSMessageStore",
    ],
)
def test_jms_and_resequencing_are_recognised_and_refused_with_what_to_do(class_name):
    refusal = refusal_of(class_name, {})
    assert "message_stores: {S: {url: " in refusal
    assert "amqp://" in refusal


@pytest.mark.parametrize(
    ("class_name", "url"),
    [
        ("SqliteStore", "sqlite:push.db"),
        ("PostgresqlStore", "postgresql://db/push"),
        ("RabbitmqStore", "amqp://broker"),
        ("RabbitmqStore", "amqps://broker"),
        ("RedisStore", "redis://cache"),
        ("RedisStore", "rediss://cache"),
        ("NatsStore", "nats://broker"),
    ],
)
def test_our_own_classes_have_a_url(class_name, url):
    assert url_of(OURS + class_name, url=url) == url


@pytest.mark.parametrize("url", [{}, {"url": "http://user:secret@cache"}])
def test_a_url_of_another_kind_or_none_is_refused(url):
    refusal = refusal_of(f"{OURS}RedisStore", url)
    assert "redis://" in refusal
    assert "secret" not in refusal


def test_a_sqlite_store_needs_no_url():
    assert url_of(f"{OURS}SqliteStore") == "sqlite:message-stores.db"


def test_what_has_no_meaning_here_is_named():
    given = {
        "store.jdbc.driver": "org.postgresql.Driver",
        "store.jdbc.table": "jdbc_message_store",
        "store.jdbc.connection.url": "sqlite:push.db",
        "store.failover.message.store.name": "other",
        "max.records": "5",
        "ordering": "device",
    }
    address = address_of("S", JDBC, given)
    assert address is not None
    assert address.ignored == ("store.jdbc.driver", "store.jdbc.table")


def test_a_class_of_somebody_else_is_not_known():
    assert address_of("S", "com.example.Store", {}) is None
    assert len(set(CLASS_NAMES)) == len(CLASS_NAMES)


@pytest.mark.parametrize(("given", "limit"), [("5", 5), (" 1000000 ", 1_000_000), ("", None)])
def test_the_limit_is_a_number_of_records(given, limit):
    assert limit_of({"max.records": given}) == limit
    assert limit_of({}) is None


@pytest.mark.parametrize("given", ["0", "-1", "1e6", "many", "1_000", "\u0665"])
def test_a_limit_that_is_none_is_refused(given):
    with pytest.raises(ConfigurationError, match="a whole number above 0"):
        limit_of({"max.records": given})
