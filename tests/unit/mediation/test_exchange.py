"""A request, its answer, and the flows that were split off from it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.message import Message

NewMessage = Callable[..., Message]


async def soon(order: list[str], name: str) -> None:
    order.append(name)


def test_it_is_settled_at_once_when_nothing_was_split_off() -> None:
    asyncio.run(Exchange().settled())


def test_it_is_settled_when_the_last_branch_has_ended() -> None:
    order: list[str] = []

    async def run() -> None:
        exchange = Exchange()
        for name in ("a", "b"):
            exchange.add_branch(asyncio.create_task(soon(order, name)))
        await exchange.settled()

    asyncio.run(run())
    assert order == ["a", "b"]


def test_it_is_settled_by_an_answer_while_branches_go_on(new_message: NewMessage) -> None:
    message = new_message()

    async def run() -> bool:
        never = asyncio.get_running_loop().create_future()

        async def answer() -> None:
            message.respond()
            await never

        branch = asyncio.create_task(answer())
        message.exchange.add_branch(branch)
        await message.exchange.settled()
        going = not branch.done()
        never.set_result(None)
        await branch
        return going

    assert asyncio.run(run())
    assert message.exchange.take_response() is message


def test_an_answer_that_comes_after_the_first_was_taken_is_ignored(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    first = new_message()
    first.respond()
    assert first.exchange.take_response() is first
    first.clone().respond()
    assert first.exchange.take_response() is None
    assert "A second answer to one request is ignored" in caplog.text


def test_at_its_end_everybody_who_asked_is_told_once() -> None:
    exchange, told = Exchange(), []
    exchange.at_end(lambda: told.append("a"))
    exchange.at_end(lambda: told.append("b"))
    exchange.end()
    exchange.end()
    assert told == ["a", "b"]


def test_a_branch_that_is_cancelled_has_ended(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        exchange = Exchange()
        branch = asyncio.create_task(asyncio.sleep(60))
        exchange.add_branch(branch)
        branch.cancel()
        await exchange.settled()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run())
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_what_no_store_could_take_is_known_until_one_has_it(new_message: NewMessage) -> None:
    first, second = new_message(), new_message()
    exchange = first.exchange
    exchange.set_unkept(first, 30)
    exchange.set_unkept(second)
    assert exchange.unkept == {first.message_id: 30, second.message_id: None}
    exchange.set_kept(second)
    exchange.set_kept(new_message())
    assert exchange.unkept == {first.message_id: 30}


def test_what_an_exchange_holds_is_not_shown() -> None:
    exchange = Exchange()
    exchange.operation["password"] = "hunter2"
    assert "hunter2" not in repr(exchange)
