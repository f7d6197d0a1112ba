"""Getting into RabbitMQ, and what is said of it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from apns_connector.delivery.stores.rabbitmq.link import Link
from apns_connector.delivery.stores.rabbitmq.queues import Queues
from apns_connector.delivery.stores.rabbitmq.store import RabbitmqOptions, RabbitmqStore
from apns_connector.errors import ConfigurationError, StoreUnavailable


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("apns:", "nobody:"), "does not let us in"),
        (("%40ss%2Fword", "@ss/word"), "percent-encoded"),
        (("127.0.0.1:", "127.0.0.1:x"), "percent-encoded"),
    ],
)
async def test_a_wrong_configuration_is_told_without_its_password(rabbitmq, change, says, caplog):
    caplog.set_level(logging.DEBUG)
    url = rabbitmq.url.replace(*change)
    store = RabbitmqStore("outbox", RabbitmqOptions(url))
    with pytest.raises(ConfigurationError, match=says) as caught:
        await store.open()
    shown = f"{caught.value}{store!r}{RabbitmqOptions(url)!r}{caplog.text}"
    assert "word" not in shown.replace("user:password@", "").replace("wrong user or password", "")


async def test_a_virtual_host_that_is_not_there_is_unavailable(rabbitmq):
    store = RabbitmqStore("outbox", RabbitmqOptions(f"{rabbitmq.url}nowhere"))
    with pytest.raises(StoreUnavailable, match=r"amqp://127\.0\.0\.1:\d+/nowhere"):
        await store.open()


async def test_a_server_that_is_not_there_is_unavailable(rabbitmq, caplog):
    caplog.set_level(logging.DEBUG)
    url = f"amqp://apns:secret@127.0.0.1:{rabbitmq.port + 1}/"
    with pytest.raises(StoreUnavailable, match=r"amqp://127\.0\.0\.1:\d+/") as caught:
        await RabbitmqStore("outbox", RabbitmqOptions(url)).open()
    assert "secret" not in str(caught.value) + caplog.text


async def test_many_who_find_the_connection_lost_make_one_new_one(place):
    async with place.opened() as store:
        link: Link = store._link
        before = await link.connected()
        before.lost.set()
        sessions = await asyncio.gather(*(link.connected() for _ in range(10)))
        assert len(set(sessions)) == 1
        assert sessions[0] is not before


async def test_a_session_that_gives_no_answer_in_time_is_given_up(place, rabbitmq):
    link = Link("outbox", rabbitmq.url, Queues(place.queue, 100))
    await link.open()
    session = await link.connected()
    with pytest.raises(StoreUnavailable, match="TimeoutError"):
        async with link.reported(session):
            raise TimeoutError
    assert await link.connected() is not session
    await link.close()


async def test_only_who_is_cancelled_himself_is_cancelled(place, rabbitmq):
    """The client cancels those who wait for an answer of a connection that is lost."""
    link = Link("outbox", rabbitmq.url, Queues(place.queue, 100))
    with pytest.raises(StoreUnavailable, match="the connection is lost"):
        async with link.reported():
            raise asyncio.CancelledError

    async def wait() -> None:
        async with link.reported():
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_errand_goes_on_although_nobody_waits_for_it_any_more(place, rabbitmq):
    link = Link("outbox", rabbitmq.url, Queues(place.queue, 100))
    may, done = asyncio.Event(), []

    async def work() -> None:
        await may.wait()
        done.append("work")

    waiting = asyncio.create_task(_wait_for(link.errand(work())))
    await asyncio.sleep(0)
    waiting.cancel()
    may.set()
    await link.close()
    assert done == ["work"]


async def _wait_for(errand: asyncio.Task[None]) -> None:
    await asyncio.shield(errand)


def a_link() -> Link:
    return Link("outbox", "amqp://localhost", Queues("outbox", 100))


@pytest.mark.parametrize("silent", [Exception(), asyncio.CancelledError()])
async def test_a_client_that_says_nothing_of_a_failure_means_a_lost_connection(silent):
    """So it answers whoever waits for a confirmation when the connection is closed."""
    link = a_link()
    with pytest.raises(StoreUnavailable, match="the connection is lost"):
        async with link.reported():
            raise silent
    with pytest.raises(KeyError):
        async with link.reported():
            raise KeyError


async def test_who_stops_waiting_is_not_told_of_a_lost_connection():
    async def wait() -> None:
        async with a_link().reported():
            await asyncio.sleep(60)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
