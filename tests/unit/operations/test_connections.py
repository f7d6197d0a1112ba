"""What an init has led to is known as long as nothing of it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.apns import Certificate
from apns_connector.mediation.configuration import read_deployment
from apns_connector.mediation.properties import FunctionContext
from apns_connector.operations.connections import Connections
from apns_connector.operations.failure import OperationError
from apns_connector.simulator.authority import Authority

KEY = {
    "certificateFetchMethod": None,
    "certificateRegistryPath": None,
    "certificateAttachmentName": None,
    "password": None,
    "signingKeyRegistryPath": "gov:/apns/AuthKey.p8",
    "keyId": "ABCDEFGHIJ",
    "teamId": "KLMNOPQRST",
}
ALIAS = {**KEY, "signingKeyRegistryPath": None, "signingKeyAlias": "apns.key"}


@pytest.fixture
def clients(apple):
    return apple()


@pytest.fixture
def connections(clients) -> Connections:
    return Connections(clients)


def opened(connections: Connections, message):
    return asyncio.run(connections.open(message))


@pytest.mark.parametrize("init", [{}, KEY])
def test_the_same_init_is_read_once(connections, clients, complete, init):
    first = opened(connections, complete(**init))
    assert first.client is clients
    assert opened(connections, complete(**init)) is first
    assert len(clients.opened) == 1


def test_another_value_is_another_init(connections, complete):
    first = opened(connections, complete(timeout="1"))
    second = opened(connections, complete(timeout="2"))
    assert (first.init.timeout, second.init.timeout) == (1, 2)
    assert opened(connections, complete(timeout="1")) is first


def test_a_value_that_was_not_there_is_another_init(connections, complete):
    first = opened(connections, complete())
    assert opened(connections, complete(timeout="2")).init.timeout == 2
    assert opened(connections, complete()) is first


def test_properties_of_others_do_not_matter(connections, complete):
    first = opened(connections, complete(alert="Hello"))
    assert opened(connections, complete(alert="Bye", somethingElse={"a": 1})) is first


def test_what_is_known_of_an_init_shows_no_secret(connections, complete):
    opened(connections, complete())
    assert "secret word" not in repr(connections._known.values())


def test_a_value_that_is_wrong_is_told_each_time(connections, complete):
    opened(connections, complete())
    for wrong in ({"timeout": "soon"}, {"timeout": {"a": 1}}, {"destination": None}):
        for _ in range(2):
            with pytest.raises(OperationError):
                opened(connections, complete(**wrong))


def test_a_number_is_no_text_that_prints_the_same(connections, complete):
    assert opened(connections, complete(timeout=1)).init.timeout == 1
    with pytest.raises(OperationError, match="not a String"):
        opened(connections, complete(timeout=True))


@pytest.fixture
def elsewhere(tmp_path, complete):
    """The same message in a deployment whose registry has another file in that place."""

    def build(put: Callable[[Path], object]):
        folder = tmp_path / "elsewhere"
        (folder / "synapse-configs/default").mkdir(parents=True)
        (folder / "registry/governance/apns").mkdir(parents=True)
        put(folder / "registry/governance/apns/push.p12")
        message = complete()
        message.configuration = read_deployment(folder, classes={}, libraries=[])
        return message

    return build


def test_another_file_under_the_path_is_read(connections, complete, elsewhere):
    opened(connections, complete())
    message = elsewhere(lambda file: file.write_bytes(b"renewed"))
    assert opened(connections, message).init.credentials.content == b"renewed"


def test_a_file_that_is_gone_is_told(connections, complete, elsewhere):
    opened(connections, complete())
    with pytest.raises(OperationError, match="No certificate in registry path"):
        opened(connections, elsewhere(lambda file: None))


def test_a_file_that_cannot_be_read_is_told(connections, complete, elsewhere, tmp_path):
    opened(connections, complete())
    (tmp_path / "outside").touch()
    with pytest.raises(OperationError, match="cannot be read"):
        opened(connections, elsewhere(lambda file: file.symlink_to(tmp_path / "outside")))


def test_a_certificate_that_is_over_is_opened_again(apple, complete):
    identity = Authority.create().push_certificate("com.example.app", days=-3)
    over = Certificate.from_pkcs12(identity.to_pkcs12("password"), "password")

    class Careless(apple):
        async def certificate(self, content, password, name):
            self.opened.append(name)
            return over

    clients = Careless()
    connections = Connections(clients)
    for _ in range(2):
        opened(connections, complete())
    assert len(clients.opened) == 2


def test_a_client_that_was_closed_is_asked_for_again(apple, complete):
    class Closed(apple):
        def again(self, client):
            return False

    clients = Closed()
    connections = Connections(clients)
    for _ in range(2):
        opened(connections, complete())
    assert len(clients.asked) == 2


def test_a_client_that_is_closed_a_moment_later_is_asked_for_again(connections, clients, complete):
    for _ in range(3):
        opened(connections, complete())
    assert len(clients.asked) == 1
    clients.closed, clients.again = True, lambda client: False
    opened(connections, complete())
    assert len(clients.asked) == 2


def test_a_client_in_use_is_not_told_so_for_each_message(apple, complete):
    class Counting(apple):
        times = 0

        def again(self, client):
            self.times += 1
            return True

    clients, clock = Counting(), [0.0]
    connections = Connections(clients, clock=lambda: clock[0])
    for _ in range(5):
        opened(connections, complete())
    assert clients.times == 1
    clock[0] = 1.0
    opened(connections, complete())
    assert clients.times == 2


def test_the_registry_of_another_deployment_is_asked_at_once(connections, complete, elsewhere):
    for _ in range(3):
        opened(connections, complete())
    message = elsewhere(lambda file: file.write_bytes(b"renewed"))
    assert opened(connections, message).init.credentials.content == b"renewed"


def test_what_does_not_come_from_the_registry_is_read_each_time(connections, clients, complete):
    opened(connections, complete(**ALIAS))
    opened(connections, complete(**ALIAS))
    assert len(clients.opened) == 2


def test_parameters_of_a_template_called_init_count_before_what_is_known(connections, complete):
    opened(connections, complete())
    message = complete()
    message.functions.append(FunctionContext("init", {"timeout": "7"}))
    assert opened(connections, message).init.timeout == 7


def test_what_parameters_of_such_a_template_led_to_is_not_what_the_properties_lead_to(
    connections, complete
):
    message = complete()
    message.functions.append(FunctionContext("init", {"topic": "com.example.other"}))
    assert opened(connections, message).init.topic == "com.example.other"
    assert opened(connections, complete()).init.topic is None


def test_so_many_are_remembered_and_no_more(clients, complete):
    connections = Connections(clients, capacity=1)
    first = opened(connections, complete(timeout="1"))
    opened(connections, complete(timeout="2"))
    assert opened(connections, complete(timeout="1")) is not first
