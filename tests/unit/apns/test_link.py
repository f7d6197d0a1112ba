"""Decisions of the link, on connections in memory; how it connects: see the integration tests."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.apns import frames
from apns_connector.apns.authentication import Authentication
from apns_connector.apns.connection import Connection
from apns_connector.apns.credentials import SigningKey
from apns_connector.apns.destination import Destination
from apns_connector.apns.link import Link
from apns_connector.apns.provider_token import Use

HERE = Destination("local", "localhost", 8443)


class Source:
    """Credentials that can be exchanged."""

    def __init__(self, key) -> None:
        self.key = key

    def current(self):
        return self.key


class Bench:
    """A link with one connection in use, its wire, and how often it asked to look again."""

    def __init__(self, wire, credentials) -> None:
        self.changes = 0
        self.source = Source(credentials)
        self.link = Link(
            HERE,
            Authentication(self.source),
            1.0,
            on_events=lambda connection, events: None,
            wanted=lambda: 0,
            on_refusal=lambda refusal: None,
            on_change=self._change,
        )
        self.wire = wire
        self.connection = Connection(
            HERE, self.link._authentication.authorization(), lambda connection, events: None
        )
        self.connection.connection_made(wire)
        self.connection.data_received(frames.settings({}))
        self.link.active.append(self.connection)

    def ready(self, now: float, *, probe_after: float) -> list[Connection]:
        return list(self.link.ready(now, probe_after=probe_after))

    def _change(self) -> None:
        self.changes += 1


@pytest.fixture
def signing_key(ec_key):
    return SigningKey(ec_key, "ABC123DEFG", "DEF123GHIJ")


@pytest.fixture
def bench(make_wire, signing_key):
    def run(scenario):
        async def enter():
            await scenario(Bench(make_wire(), signing_key))

        asyncio.run(enter())

    return run


def test_a_connection_that_is_set_aside_is_remembered_until_it_is_lost(bench):
    async def scenario(bench):
        bench.link.proved(bench.connection)
        bench.link.set_aside(bench.connection)
        assert bench.link.active == []
        assert bench.link.connections() == [bench.connection]
        assert bench.wire.closed
        bench.connection.connection_lost(None)
        bench.link.set_aside(bench.connection)
        assert bench.link.connections() == []

    bench(scenario)


def test_a_connection_that_was_of_use_is_replaced_at_once(bench):
    async def scenario(bench):
        bench.link.proved(bench.connection)
        bench.link.set_aside(bench.connection)
        assert bench.link._backoff.failures == 0

    bench(scenario)


def test_a_connection_that_never_was_counts_as_one_failure(bench):
    async def scenario(bench):
        bench.link.set_aside(bench.connection)
        bench.connection.connection_lost(None)
        bench.link.set_aside(bench.connection)
        assert bench.link._backoff.failures == 1

    bench(scenario)


def test_a_connection_that_is_lost_without_any_answer_leaves_its_reason(bench):
    async def scenario(bench):
        bench.connection.connection_lost(ConnectionResetError("reset by peer"))
        bench.link.set_aside(bench.connection)
        assert bench.link.trouble == (
            "local (localhost:8443): the connection was lost (reset by peer)"
        )

    bench(scenario)


def test_an_idle_connection_is_probed_after_a_silence_and_only_once(bench):
    async def scenario(bench):
        heard = bench.connection.heard_at
        bench.ready(heard + 59, probe_after=60)
        assert not bench.connection.probed
        bench.ready(heard + 60, probe_after=60)
        bench.ready(heard + 61, probe_after=60)
        assert bench.connection.probed
        assert bench.wire.written.count(frames.ping(b"still up")) == 1

    bench(scenario)


def test_a_probe_without_answer_ends_the_connection(bench):
    async def scenario(bench):
        bench.ready(bench.connection.heard_at + 61, probe_after=60)
        bench.link._end_probe(bench.connection)
        assert bench.link.active == []
        assert bench.link.trouble == "local (localhost:8443) no longer answered on a connection"
        assert bench.changes == 1

    bench(scenario)


def test_a_probe_that_was_answered_changes_nothing(bench):
    async def scenario(bench):
        bench.ready(bench.connection.heard_at + 61, probe_after=60)
        bench.connection.data_received(frames.ping(b"still up", ack=True))
        bench.link._end_probe(bench.connection)
        assert bench.link.active == [bench.connection]

    bench(scenario)


TWENTY_MINUTES = 20 * 60


def test_a_token_that_has_come_of_age_is_replaced_on_the_living_connection(bench, signing_key):
    async def scenario(bench):
        signing_key._in_use = Use(0, 0.0), "aged"
        bench.connection.authorize("bearer aged")
        bench.ready(bench.connection.authorized_at + TWENTY_MINUTES + 1, probe_after=3600)
        assert bench.connection.authorization == bench.link._authentication.authorization()
        assert bench.connection.authorization != "bearer aged"
        assert bench.link.active == [bench.connection]

    bench(scenario)


def test_a_connection_that_knows_its_token_for_less_than_20_minutes_is_shown_no_other(
    bench, signing_key
):
    async def scenario(bench):
        bench.link.proved(bench.connection)
        signing_key._in_use = Use(0, 0.0), "aged"
        bench.connection.authorize("bearer aged")
        bench.ready(bench.connection.authorized_at + TWENTY_MINUTES - 1, probe_after=3600)
        assert bench.connection.authorization == "bearer aged"
        assert bench.link.active == []

    bench(scenario)


def test_the_token_is_looked_after_also_while_requests_wait_all_the_time(bench, signing_key):
    async def scenario(bench):
        signing_key._in_use = Use(0, 0.0), "aged"
        bench.connection.authorize("bearer aged")
        bench.connection.authorized_at -= TWENTY_MINUTES
        bench.link.crowded()
        bench.link._look()
        assert bench.connection.authorization != "bearer aged"

    bench(scenario)


def test_credentials_of_somebody_else_go_to_a_new_connection(bench, ec_key):
    async def scenario(bench):
        bench.link.proved(bench.connection)
        bench.source.key = SigningKey(ec_key, "ANOTHERKEY", "DEF123GHIJ")
        assert bench.ready(bench.connection.heard_at, probe_after=60) == []
        assert bench.connection.retired

    bench(scenario)


def test_a_refused_token_is_renewed_once(bench):
    async def scenario(bench):
        authentication = bench.link._authentication
        assert bench.link.renew_token(bench.connection)
        assert bench.link.active == []
        fresh = Connection(HERE, authentication.authorization(), lambda connection, events: None)
        assert fresh.authorization != bench.connection.authorization
        assert not bench.link.renew_token(fresh)
        assert bench.link.renew_token(bench.connection)  # another one has been made since

    bench(scenario)
