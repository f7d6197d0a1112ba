"""Who waits too long has an answer before the flow has ended."""

from __future__ import annotations

import asyncio
import weakref

from apns_connector.gateway.answer import Answer
from apns_connector.gateway.asgi import Reply
from apns_connector.gateway.deadlines import Deadlines

LATE = Answer(504)


class Client:
    """Waits for the status of its answer."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.answered = asyncio.Event()

    async def send(self, event) -> None:
        if event["type"] == "http.response.start":
            self.statuses.append(event["status"])
        else:
            self.answered.set()


async def late_flow(deadlines: Deadlines) -> list[int]:
    client = Client()
    reply = Reply(client.send)
    deadline = deadlines.begin(reply, lambda: LATE)
    await client.answered.wait()
    assert reply.given
    await reply.give(Answer(200))
    late = deadline.end()
    assert late is not None
    await late
    return client.statuses


async def flow_in_time(deadlines: Deadlines) -> list[int]:
    client = Client()
    reply = Reply(client.send)
    deadline = deadlines.begin(reply, lambda: LATE)
    await reply.give(Answer(200))
    assert deadline.end() is None
    return client.statuses


def test_a_flow_that_misses_its_deadline_runs_on_but_its_client_has_an_answer_by_then():
    assert asyncio.run(late_flow(Deadlines(0))) == [504]


def test_a_flow_in_time_is_answered_by_itself():
    assert asyncio.run(flow_in_time(Deadlines(60))) == [200]


def test_each_of_many_has_its_own_deadline():
    deadlines = Deadlines(0)

    async def one_after_the_other() -> list[list[int]]:
        first = asyncio.create_task(late_flow(deadlines))
        in_time = await flow_in_time(deadlines)
        await asyncio.sleep(0)
        second = asyncio.create_task(late_flow(deadlines))
        return [await first, in_time, await second, await late_flow(deadlines)]

    assert asyncio.run(one_after_the_other()) == [[504], [200], [504], [504]]


def test_another_event_loop_has_a_timer_of_its_own():
    deadlines = Deadlines(0)
    assert asyncio.run(flow_in_time(deadlines)) == [200]
    assert asyncio.run(late_flow(deadlines)) == [504]


def test_a_flow_that_has_ended_is_not_held_until_its_deadline():
    deadlines = Deadlines(60)

    class Watched(Reply, weakref=True):
        """One that can be looked at from afar."""

    async def begun_and_ended() -> bool:
        reply = Watched(Client().send)
        gone = weakref.ref(reply)
        deadlines.begin(reply, lambda: LATE).end()
        del reply
        return gone() is None

    assert asyncio.run(begun_and_ended())
