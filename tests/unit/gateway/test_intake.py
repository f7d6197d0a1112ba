"""Requests let in, mediated and answered, by mediators that do what a test needs."""

import asyncio
import gc
import weakref

import pytest
from lxml import etree

from apns_connector.gateway.asgi import Disconnected, Reply
from apns_connector.gateway.intake import UNEXPECTED, Intake
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.mediation.flow import Flow, Flows
from apns_connector.mediation.mediator import FaultSequenceFailed, Sequence, Step
from apns_connector.mediation.proxy import Proxy

ENVELOPE = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
LARGE = ENVELOPE + b" " * 2000


class Running:
    """Runs a coroutine function as mediator, then answers."""

    def __init__(self, run) -> None:
        self._run = run

    async def mediate(self, message) -> bool:
        await self._run(message)
        message.respond()
        return True


def proxy(run) -> Proxy:
    sequence = Sequence([Step(Running(run), "test")])
    return Proxy("P", flows=Flows(received=Flow(inline=sequence)))


async def post(intake, run, body=ENVELOPE, events=None, content_type="text/xml"):
    """The status and the body that the client gets."""
    events = events or [{"type": "http.request", "body": body}]
    sent = []

    async def receive():
        return events.pop(0)

    async def send(event) -> None:
        sent.append(event)

    request = Request("POST", "/services/P", headers={"content-type": content_type})
    await intake.take(proxy(run), request, receive, Reply(send))
    return sent[0]["status"], sent[1]["body"]


async def nothing(message) -> None:
    return None


async def spoil(message) -> None:
    message.properties = None


def test_a_request_is_in_progress_while_its_flow_runs(configuration):
    intake = Intake(configuration, Limits())
    seen = []

    async def look(message) -> None:
        seen.append(intake.requests_in_progress)

    assert asyncio.run(post(intake, look))[0] == 200
    assert (seen, intake.requests_in_progress) == ([1], 0)


def test_a_request_beyond_the_limit_is_refused_while_another_is_in_progress(configuration):
    intake = Intake(configuration, Limits(requests=1))
    refusals = []

    async def another(message) -> None:
        try:
            await post(intake, nothing)
        except Refused as refused:
            refusals.append(refused.status)

    assert asyncio.run(post(intake, another))[0] == 200
    assert refusals == [503]


def test_large_bodies_are_mediated_a_few_at_a_time_and_small_ones_pass_them(configuration):
    intake = Intake(configuration, Limits(large_body_bytes=1000, large_bodies=2))
    running, most = 0, 0
    two: asyncio.Barrier

    async def count(message) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.wait_for(two.wait(), 10)  # their bodies are read in threads
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1

    async def everything():
        nonlocal two
        two = asyncio.Barrier(2)
        return await asyncio.gather(
            *(post(intake, count, LARGE) for _ in range(6)), post(intake, nothing)
        )

    assert [status for status, _ in asyncio.run(everything())] == [200] * 7
    assert most == 2


def test_what_cannot_be_answered_is_a_fault_in_the_form_of_the_request(configuration, caplog):
    intake = Intake(configuration, Limits())
    status, body = asyncio.run(post(intake, spoil, b"<a/>", content_type="application/xml"))
    assert status == 500
    assert body.endswith(f"<Exception>{UNEXPECTED}</Exception>".encode())
    assert caplog.records[0].exc_info is not None
    assert intake.requests_in_progress == 0


def test_a_bad_request_and_a_client_that_left_end_without_a_flow(configuration):
    intake = Intake(configuration, Limits())
    with pytest.raises(Refused):
        asyncio.run(post(intake, nothing, b"<broken"))
    with pytest.raises(Disconnected):
        asyncio.run(post(intake, nothing, events=[{"type": "http.disconnect"}]))
    assert intake.requests_in_progress == 0


class Marker:
    """Something on a message whose end can be watched."""


def test_a_message_is_freed_with_its_answer_and_not_left_to_the_garbage_collector(configuration):
    watched = []

    async def mark(message) -> None:
        marker = Marker()
        watched.append(weakref.ref(marker))
        message.properties.set("marker", marker)

    gc.disable()
    try:
        asyncio.run(post(Intake(configuration, Limits()), mark))
        assert watched[0]() is None
    finally:
        gc.enable()


def test_a_message_that_was_not_kept_is_told_even_if_the_fault_sequence_fails(configuration):
    async def run(message) -> None:
        message.exchange.set_unkept(message, 7)
        raise FaultSequenceFailed("that failed as well")

    intake = Intake(configuration, Limits())
    status, body = asyncio.run(post(intake, run))
    assert status == 503
    assert b"could not be kept" in body


def test_a_failure_that_is_not_of_the_flow_says_nothing_of_what_was_not_kept(configuration, caplog):
    intake = Intake(configuration, Limits())

    async def spoil_what_was_not_kept(message) -> None:
        message.exchange.set_unkept(message, 7)
        message.properties = None

    status, body = asyncio.run(post(intake, spoil_what_was_not_kept))
    assert (status, UNEXPECTED.encode() in body) == (500, True)

    async def leave_what_cannot_be_written(message) -> None:
        message.exchange.set_unkept(message, 7)
        part = etree.Element("{http://org.apache.axis2/xsd/form-data}file")
        part.text = "a"
        payload = etree.Element("mediate")
        payload.append(part)
        message.replace_payload(payload)
        message.properties.set("messageType", "multipart/form-data", "axis2")

    status, body = asyncio.run(post(intake, leave_what_cannot_be_written))
    assert (status, b"no base64" in body) == (500, True)


def test_a_request_has_not_ended_before_its_late_answer_is_sent(configuration):
    intake = Intake(configuration, Limits(flow_seconds=0.001))

    async def scenario() -> list[str]:
        steps = []
        sending = asyncio.Event()

        async def send(event) -> None:
            sending.set()
            await asyncio.sleep(0.01)
            steps.append(event["type"])

        async def wait_for_the_late_answer(message) -> None:
            await sending.wait()

        async def receive():
            return {"type": "http.request", "body": ENVELOPE}

        request = Request("POST", "/services/P", headers={"content-type": "text/xml"})
        await intake.take(proxy(wait_for_the_late_answer), request, receive, Reply(send))
        return [*steps, "ended"]

    assert asyncio.run(scenario()) == ["http.response.start", "http.response.body", "ended"]
