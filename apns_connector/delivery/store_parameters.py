"""The parameters of ``<messageStore>``, read: a class name and parameters become an address.

Names and defaults are those that WSO2 documents for the stores of Synapse; the classes of our own
have ``url``. ``max.records`` is the limit of any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from apns_connector.errors import ConfigurationError

Parameters = Mapping[str, str]

LIMIT = "max.records"
DEFAULT_FILE = "message-stores.db"

_SYNAPSE = "org.apache.synapse.message.store."
_OURS = "apns_connector.delivery."
_URL = "url"
_TRUE = "true"
# Of any store, and looked at elsewhere.
_OF_ANY = {
    LIMIT,
    "ordering",
    "ordering.expression",
    "store.failover.message.store.name",
    "store.producer.guaranteed.delivery.enable",
}
_USE_ANOTHER = (
    "keep the XML and write into gateway.yaml: message_stores: {{{name}: {{url: {urls}}}}}"
)
_ANY_URL = "sqlite:FILE, postgresql://..., amqp://..., redis://... or nats://..."


@dataclass(frozen=True, slots=True)
class Address:
    """``url`` may hold a password. ``user`` and ``password``: where they stand apart from it.
    ``queue``: its name at a broker, if it has one of its own. ``ignored``: parameters without
    meaning here, by name."""

    url: str = field(repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    queue: str = ""
    ignored: tuple[str, ...] = ()


def address_of(name: str, class_name: str | None, parameters: Parameters) -> Address | None:
    """Where the records of the store ``name`` are. ``None``: the class is none that is known here.

    Raises ConfigurationError for a class or a value that cannot be used, which says what can.
    """
    read = _CLASSES.get(class_name or _IN_MEMORY)
    return read(name, parameters) if read else None


def limit_of(parameters: Parameters) -> int | None:
    """The value of ``max.records``. Raises ConfigurationError when it is no number above 0."""
    text = parameters.get(LIMIT, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ConfigurationError(f"{LIMIT} is '{text}'; write a whole number above 0")
    return int(text)


def _in_memory(_name: str, parameters: Parameters) -> Address:
    return Address("memory:", ignored=_all_but(parameters, ()))


def _jdbc(name: str, parameters: Parameters) -> Address:
    prefix = "store.jdbc."
    refused = parameters.get(f"{prefix}dsName") or parameters.get(f"{prefix}icClass")
    url = parameters.get(f"{prefix}connection.url", "").strip().removeprefix("jdbc:")
    if refused or (url and not url.startswith(("sqlite:", "postgresql:"))):
        what = f"the data source '{refused}'" if refused else f"'{url.partition(':')[0]}:'"
        urls = "postgresql://USER@HOST/DATABASE or sqlite:FILE"
        advice = _USE_ANOTHER.format(name=name, urls=urls)
        raise ConfigurationError(f"{what} is no database that can be used here; {advice}")
    known = (f"{prefix}connection.url", f"{prefix}username", f"{prefix}password")
    return Address(
        url or f"sqlite:{DEFAULT_FILE}",
        user=parameters.get(known[1]) or None,
        password=parameters.get(known[2]) or None,
        ignored=_all_but(parameters, known),
    )


def _rabbitmq(name: str, parameters: Parameters) -> Address:
    prefix, tls = "store.rabbitmq.", "rabbitmq.connection.ssl."
    stores = [f"{tls}{kind}.location" for kind in ("keystore", "truststore")]
    if any(parameters.get(store) for store in stores):
        urls = "'amqps://USER@HOST/VHOST?cafile=FILE.pem'"
        advice = _USE_ANOTHER.format(name=name, urls=urls)
        raise ConfigurationError(f"key stores of Java cannot be read here; {advice}")

    def value(key: str, default: str) -> str:
        return parameters.get(f"{prefix}{key}", "").strip() or default

    encrypted = parameters.get(f"{tls}enabled", "").strip().lower() == _TRUE
    scheme, port = ("amqps", "5671") if encrypted else ("amqp", "5672")
    user, password, virtual_host = (
        quote(value(key, default), safe="")
        for key, default in (("username", "guest"), ("password", "guest"), ("virtual.host", "/"))
    )
    place = f"{value('host.name', 'localhost')}:{value('host.port', port)}"
    known = ["host.name", "host.port", "username", "password", "virtual.host", "queue.name"]
    return Address(
        f"{scheme}://{user}:{password}@{place}/{virtual_host}",
        queue=value("queue.name", ""),
        ignored=_all_but(parameters, (f"{tls}enabled", *(f"{prefix}{key}" for key in known))),
    )


def _other_broker(name: str, _parameters: Parameters) -> Address:
    advice = _USE_ANOTHER.format(name=name, urls=_ANY_URL)
    raise ConfigurationError(f"JMS, and stores that resequence, cannot be used here; {advice}")


def _of_our_own(scheme: str, default: str = "") -> Callable[[str, Parameters], Address]:
    def read(_name: str, parameters: Parameters) -> Address:
        url = parameters.get(_URL, "").strip() or default
        if not url:
            raise ConfigurationError(f"it needs the parameter url: {scheme}...")
        if not url.startswith((scheme, scheme.replace("://", "s://"))):
            raise ConfigurationError(f"its url must begin with {scheme}")
        return Address(url, ignored=_all_but(parameters, (_URL,)))

    return read


def _all_but(parameters: Parameters, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(parameters.keys() - _OF_ANY - set(known)))


_IN_MEMORY = f"{_SYNAPSE}impl.memory.InMemoryStore"
_CLASSES: dict[str, Callable[[str, Parameters], Address]] = {
    _IN_MEMORY: _in_memory,
    f"{_SYNAPSE}InMemoryMessageStore": _in_memory,  # its name in old versions
    f"{_SYNAPSE}impl.jdbc.JDBCMessageStore": _jdbc,
    f"{_SYNAPSE}impl.rabbitmq.RabbitMQStore": _rabbitmq,
    f"{_SYNAPSE}impl.jms.JmsStore": _other_broker,
    f"{_SYNAPSE}impl.resequencer.ResequenceMessageStore": _other_broker,
    "org.wso2.carbon.message.store.persistence.jms.JMSMessageStore": _other_broker,
    f"{_OURS}MemoryStore": _in_memory,
    f"{_OURS}SqliteStore": _of_our_own("sqlite:", f"sqlite:{DEFAULT_FILE}"),
    f"{_OURS}PostgresqlStore": _of_our_own("postgresql://"),
    f"{_OURS}RabbitmqStore": _of_our_own("amqp://"),
    f"{_OURS}RedisStore": _of_our_own("redis://"),
    f"{_OURS}NatsStore": _of_our_own("nats://"),
}
CLASS_NAMES = tuple(_CLASSES)
