"""``<aggregate>``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import aggregation, xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.mediators.aggregate import Aggregate, Completion, Gathering
from apns_connector.mediation.mediators.respond import Respond
from apns_connector.mediation.message import Message
from apns_connector.mediation.splitting import begin_split, mark

Deploy = Callable[..., Configuration]
NewMessage = Callable[..., Message]

COMPLETE = "<onComplete expression='//n'><respond/></onComplete>"


def aggregate(inside: str = COMPLETE, attributes: str = "") -> str:
    return f"<aggregate {attributes}>{inside}</aggregate>"


def iterate(inside: str, attributes: str = "") -> str:
    return (
        f"<iterate expression='//a' {attributes}><target><sequence>{inside}</sequence></target>"
        "</iterate>"
    )


class Site:
    """A proxy with these mediators as its in sequence."""

    def __init__(self, configuration: Configuration, new_message: NewMessage) -> None:
        self.configuration = configuration
        self._new_message = new_message

    def ask(self, payload: Any = "<r><a><n>1</n></a><a><n>2</n></a></r>") -> Message | None:
        return asyncio.run(self.asked(payload))

    async def asked(self, payload: Any) -> Message | None:
        message = self._new_message("<r/>", configuration=self.configuration)
        if isinstance(payload, str):
            message = self._new_message(payload, configuration=self.configuration)
        else:
            message.replace_json(payload)
        exchange = await self.configuration.proxies["P"].receive(message)
        response = exchange.take_response()
        await self.configuration.background.finish(60)
        return response


@pytest.fixture
def site(deploy: Deploy, new_message: NewMessage) -> Callable[..., Site]:
    def make(
        mediators: str, *, out: str = "", definitions: str = "", transport: Any = None
    ) -> Site:
        configuration = deploy(
            f"{definitions}<proxy name='P'><target><inSequence>{mediators}</inSequence>"
            f"<outSequence>{out}</outSequence></target></proxy>"
        )
        if transport is not None:
            configuration.transport = transport
        return Site(configuration, new_message)

    return make


def body(message: Message | None) -> list[str]:
    assert message is not None
    return [xml.text_of(child) for child in message.body]


NUMBERS = ["<n>1</n>", "<n>2</n>"]


@pytest.mark.parametrize("attributes", ["", "sequential='true'"])
def test_the_copies_of_an_iterate_become_one_message(
    site: Callable[..., Site], attributes: str
) -> None:
    assert body(site(iterate(aggregate(), attributes)).ask()) == NUMBERS


def test_iterate_and_aggregate_find_each_other_by_their_id(site: Callable[..., Site]) -> None:
    named = iterate(aggregate(attributes="id='I'"), "id='I'")
    assert body(site(named).ask()) == NUMBERS
    assert site(iterate(aggregate(attributes="id='other'"), "id='I'")).ask() is None


def test_an_element_is_put_around_all(site: Callable[..., Site]) -> None:
    complete = "<onComplete expression='//n' enclosingElementProperty='all'><respond/></onComplete>"
    one = site("<property name='all'><all xmlns=''/></property>" + iterate(aggregate(complete)))
    assert body(one.ask()) == ["<all><n>1</n><n>2</n></all>"]


def test_json_becomes_an_array_or_one_object(site: Callable[..., Site]) -> None:
    for element_type, result in (("root", [{"n": 1}, {"n": 2}]), ("child", {"n": [1, 2]})):
        complete = (
            f"<onComplete expression='json-eval($)' aggregateElementType='{element_type}'>"
            "<respond/></onComplete>"
        )
        one = site(
            "<iterate expression='json-eval($.l)'><target><sequence>"
            f"{aggregate(complete)}</sequence></target></iterate>"
        )
        response = one.ask({"l": [{"n": 1}, {"n": 2}]})
        assert response is not None
        assert response.json == result


def test_what_follows_runs_once_with_the_aggregated_message(site: Callable[..., Site]) -> None:
    complete = "<onComplete expression='//n'><property name='done' value='1'/></onComplete>"
    one = site(iterate(aggregate(complete) + "<respond/>"))
    response = one.ask()
    assert body(response) == NUMBERS
    assert response is not None
    assert response.properties.get("done") is None  # it is the last message, as in Synapse


def test_the_replies_to_calls_are_aggregated_behind_the_iterate(
    site: Callable[..., Site], build: Any
) -> None:
    reply = build.backend.soap("<reply><n>7</n></reply>")
    call = "<call><endpoint><address uri='http://b/'/></endpoint></call>"
    one = site(iterate(call) + aggregate(), transport=build.backend(reply))
    assert body(one.ask()) == ["<n>7</n>", "<n>7</n>"]


def test_the_replies_to_sends_are_aggregated_in_the_out_flow(
    site: Callable[..., Site], build: Any
) -> None:
    reply = build.backend.soap("<reply><n>7</n></reply>")
    send = "<send><endpoint><address uri='http://b/'/></endpoint></send>"
    complete = "<onComplete expression='//n'><send/></onComplete>"
    one = site(iterate(send), out=aggregate(complete), transport=build.backend(reply))
    assert body(one.ask()) == ["<n>7</n>", "<n>7</n>"]


def test_after_a_call_in_on_complete_its_reply_goes_on(
    site: Callable[..., Site], build: Any
) -> None:
    complete = (
        "<onComplete expression='//n'><call><endpoint><address uri='http://b/'/></endpoint></call>"
        "<property name='done' value='1'/></onComplete>"
    )
    transport = build.backend(build.backend.soap("<reply/>"))
    response = site(iterate(aggregate(complete)) + "<respond/>", transport=transport).ask()
    assert body(response) == ["<reply/>"]
    assert response is not None
    assert response.properties.get("done") == "1"


def test_a_sequence_elsewhere_may_complete_it(site: Callable[..., Site]) -> None:
    one = site(
        iterate(aggregate("<onComplete expression='//n' sequence='done'/>")),
        definitions="<sequence name='done'><respond/></sequence>",
    )
    assert body(one.ask()) == NUMBERS


def test_nothing_to_do_on_completion_ends_the_flow(site: Callable[..., Site]) -> None:
    assert site(iterate(aggregate("<onComplete expression='//n'/>") + "<respond/>")).ask() is None


@pytest.mark.parametrize("count", ["min='1'", "max='1'", "min='{$ctx:m}' max='-1'"])
def test_fewer_messages_may_be_enough_and_the_others_come_too_late(
    site: Callable[..., Site], count: str
) -> None:
    condition = f"<completeCondition><messageCount {count}/></completeCondition>"
    one = site("<property name='m' value='1'/>" + iterate(aggregate(condition + COMPLETE)))
    assert body(one.ask()) == ["<n>1</n>"]


def test_a_count_that_is_none_is_a_failure(site: Callable[..., Site]) -> None:
    condition = "<completeCondition><messageCount min='{$ctx:m}'/></completeCondition>"
    fault = "<sequence name='fault'><respond/></sequence>"
    one = site(
        "<property name='m' value='many'/>" + iterate(aggregate(condition + COMPLETE)),
        definitions=fault,
    )
    response = one.ask()
    assert response is not None
    assert response.properties.get("ERROR_MESSAGE") == ("The number of messages 'many' is none")


def test_a_message_that_belongs_nowhere_passes(site: Callable[..., Site]) -> None:
    assert body(site(aggregate() + "<respond/>").ask("<x/>")) == ["<x/>"]
    correlate = "<correlateOn expression=\"//x = 'no'\"/>"
    assert body(site(aggregate(correlate + COMPLETE) + "<respond/>").ask("<x/>")) == ["<x/>"]


def test_a_failed_copy_is_missed_and_nobody_waits_for_ever(site: Callable[..., Site]) -> None:
    check = "<filter xpath='//n = 2'><then><drop/></then></filter>"
    assert site(iterate(check + aggregate())).ask() is None


def test_a_failure_on_completion_is_for_the_handler_around(site: Callable[..., Site]) -> None:
    complete = "<onComplete expression='//none'><respond/></onComplete>"
    one = site(
        iterate(f"<sequence name='s' onError='h'>{aggregate(complete)}</sequence>"),
        definitions="<sequence name='h'><respond/></sequence>",
    )
    response = one.ask()
    assert response is not None
    assert response.properties.get("ERROR_MESSAGE") == (
        "Could not find matching elements to aggregate."
    )


# Messages of different requests


def test_requests_with_the_same_value_belong_together(site: Callable[..., Site]) -> None:
    one = site(
        aggregate(
            "<correlateOn expression='//k'/>"
            "<completeCondition><messageCount min='2'/></completeCondition>" + COMPLETE
        )
    )

    async def asked() -> list[list[str]]:
        payloads = [f"<r><k>{key}</k><n>{n}</n></r>" for key, n in (("x", 1), ("y", 2), ("x", 3))]
        answers = [await one.asked(payload) for payload in payloads]
        return [[] if answer is None else body(answer) for answer in answers]

    assert asyncio.run(asked()) == [[], [], ["<n>1</n>", "<n>3</n>"]]


def test_the_copies_of_one_split_belong_together_whatever_the_value(
    site: Callable[..., Site],
) -> None:
    correlate = "<correlateOn expression='//n'/>"
    assert body(site(iterate(aggregate(correlate + COMPLETE))).ask()) == NUMBERS


def test_an_expression_that_leads_nowhere_is_a_failure(
    new_message: NewMessage,
) -> None:
    mediator = Aggregate(
        Gathering(compile_expression("//n", {})), correlate=compile_expression("//none", {})
    )
    with pytest.raises(MediationError, match="Failed to evaluate correlate expression: //none"):
        asyncio.run(mediator.mediate(new_message()))


# Time


def timed(seconds: float) -> Aggregate:
    return Aggregate(
        Gathering(compile_expression("//n", {})), Respond(), completion=Completion(seconds)
    )


def copy_of(message: Message, number: int) -> Message:
    copy = message.clone()
    mark(copy, message, None, number, 2)
    return copy


def test_when_the_time_is_over_what_there_is_is_aggregated(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    message = new_message("<r><n>1</n></r>")
    begin_split(message, None)

    async def run() -> tuple[bool, bool]:
        mediator = timed(0)
        first = await mediator.mediate(copy_of(message, 0))
        await message.exchange.settled()
        return first, await mediator.mediate(copy_of(message, 1))

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(run()) == (False, False)
    assert body(message.exchange.take_response()) == ["<n>1</n>"]
    assert "timed out with 1 messages" in caplog.text


def test_a_group_that_is_complete_waits_no_longer(new_message: NewMessage) -> None:
    message = new_message("<r><n>1</n></r>")

    async def run() -> None:
        mediator = timed(3600)
        for number in range(2):
            await mediator.mediate(copy_of(message, number))
        await message.configuration.background.finish(60)
        await message.exchange.settled()

    asyncio.run(run())
    assert body(message.exchange.take_response()) == ["<n>1</n>", "<n>1</n>"]


def test_what_nobody_completes_is_given_up(
    new_message: NewMessage, caplog: pytest.LogCaptureFixture
) -> None:
    mediator = Aggregate(Gathering(compile_expression("//n", {})), Respond())
    now = 0.0

    def at(seconds: float) -> Message:
        nonlocal now
        message = new_message("<r><n>1</n></r>")
        message.configuration.clock = lambda: now
        now = seconds
        return copy_of(message, 0)

    assert asyncio.run(mediator.mediate(at(0))) is False
    with caplog.at_level(logging.WARNING):
        asyncio.run(mediator.mediate(at(aggregation.SECONDS_LIMIT)))
    assert "a group of 1 messages is given up" in caplog.text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<aggregate/>", "needs <onComplete>"),
        ("<aggregate><onComplete/></aggregate>", "'expression'"),
        ("<aggregate><onComplete expression='//n' sequence='none'/></aggregate>", "'none'"),
        (aggregate("<correlateOn/>" + COMPLETE), "'expression'"),
        (aggregate("<completeCondition timeout='1m'/>" + COMPLETE), "timeout '1m'"),
        ("<aggregate><onComplete expression='//n' aggregateElementType='x'/></aggregate>", "'x'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Callable[..., Any], content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
