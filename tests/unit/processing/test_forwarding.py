"""ScheduledMessageForwardingProcessor: every row of its table of parameters."""

from __future__ import annotations

import asyncio
import json

import pytest

from apns_connector.delivery.record import Kept, Record
from apns_connector.errors import MediationError, TransportError
from apns_connector.mediation.compatibility import ESB_4_9
from apns_connector.mediation.endpoints.transport import OutboundReply
from apns_connector.processing.forwarding import forwarding_processor
from tests.unit.processing.scene import FORWARDING, Scene, processor
from tests.virtual_time import run

REFUSED = TransportError("Connection refused", 101503)
XML = (("Content-Type", "text/xml"),)
THANKS = OutboundReply(200, XML, b"<thanks/>")
FAULT = (
    b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault>"
    b"<faultcode>e:Server</faultcode><faultstring>not today</faultstring></e:Fault></e:Body>"
    b"</e:Envelope>"
)


def forward(played: Scene, *records: Record, seconds: float = 100.0) -> list[Kept]:
    """Run P over these records; what is left in S afterwards."""

    async def scenario() -> list[Kept]:
        for live in played.stores:
            await live.store.open()
        await played.store().put(records)
        definition = played.configuration.processors["P"]
        running = forwarding_processor(definition, played.context)
        task = asyncio.create_task(running.run())
        await asyncio.sleep(seconds)
        running.stop()
        await task
        return await played.store().browse()

    return run(scenario())


def sent(played: Scene) -> list[int]:
    return [json.loads(request.body)["number"] for request in played.backends.asked]


def test_messages_go_to_the_endpoint_in_their_order(scene):
    played = scene(processor(FORWARDING, target="E"))
    assert forward(played, *(played.record(number) for number in range(3))) == []
    assert sent(played) == [0, 1, 2]
    assert {request.url for request in played.backends.asked} == {"http://backend/e"}


def test_without_one_they_go_to_the_endpoint_that_they_name(scene):
    played = scene(processor(FORWARDING))
    assert forward(played, played.record(target__endpoint="E")) == []
    assert sent(played) == [0]


@pytest.mark.parametrize("named", [{}, {"target__endpoint": "nowhere"}])
def test_a_message_without_an_endpoint_stops_the_processor_and_stays(scene, named):
    played = scene(processor(FORWARDING, max_delivery_drop="Enabled"))
    (left,) = forward(played, played.record(**named))
    assert left.record.attempts == 0
    ((name, why),) = played.deactivated
    assert name == "P"
    assert "endpoint" in why


@pytest.mark.parametrize(
    "answer",
    [
        REFUSED,
        OutboundReply(500),
        OutboundReply(301),
        OutboundReply(404),
        OutboundReply(200, XML, FAULT),
    ],
)
def test_what_is_no_success_is_sent_again_before_all_others(scene, answer):
    played = scene(processor(FORWARDING, target="E", client_retry_interval=5000))
    played.backends.answers = [answer, answer, OutboundReply(202)]
    assert forward(played, played.record(0), played.record(1)) == []
    assert sent(played) == [0, 0, 0, 1]
    assert played.deactivated == []


def test_a_status_that_is_not_retried_counts_as_delivered(scene):
    played = scene(processor(FORWARDING, target="E", non_retry_status_codes="404,409"))
    played.backends.answers = [OutboundReply(409)]
    assert forward(played, played.record()) == []
    assert sent(played) == [0]


def test_after_the_attempts_it_deactivates_itself_and_the_message_stays_first(scene):
    played = scene(
        processor(
            FORWARDING,
            target="E",
            max_delivery_attempts=3,
            message_processor_deactivate_sequence="end",
        )
    )
    played.backends.answers = [REFUSED]
    first, second = played.record(0), played.record(1)
    left = forward(played, first, second)
    assert [kept.record.id for kept in left] == [first.id, second.id]
    assert sent(played) == [0, 0, 0]
    assert played.deactivated == [("P", "Connection refused")]
    assert played.notes["end"].payloads == [{"number": 0}]


def test_or_drops_the_message_and_goes_on(scene):
    played = scene(
        processor(FORWARDING, target="E", max_delivery_attempts=2, max_delivery_drop="Enabled")
    )
    played.backends.answers = [REFUSED, REFUSED, OutboundReply(200)]
    assert forward(played, played.record(0), played.record(1)) == []
    assert sent(played) == [0, 0, 1]
    assert played.deactivated == []


def test_or_moves_it_to_another_store_and_goes_on(scene):
    played = scene(
        "<messageStore name='Failed'/>",
        processor(
            FORWARDING,
            target="E",
            max_delivery_attempts=1,
            message_processor_failMessagesStore="Failed",
        ),
    )
    played.backends.answers = [REFUSED, OutboundReply(200)]
    record = played.record(0)
    assert forward(played, record, played.record(1)) == []
    (moved,) = run(played.store("Failed").browse())
    assert (moved.record.id, moved.record.reason) == (record.id, "Connection refused")


def test_the_fault_sequence_gets_the_message_at_each_failure(scene):
    played = scene(processor(FORWARDING, target="E", message_processor_fault_sequence="fault"))
    played.backends.answers = [REFUSED, OutboundReply(503), OutboundReply(200)]
    assert forward(played, played.record()) == []
    fault = played.notes["fault"]
    assert fault.payloads == [{"number": 0}] * 2
    assert fault.properties("ERROR_MESSAGE") == [
        "Connection refused",
        "The endpoint answered with status 503",
    ]


def test_the_reply_sequence_gets_the_response(scene):
    played = scene(processor(FORWARDING, target="E", message_processor_reply_sequence="reply"))
    body = (("Content-Type", "application/json"),)
    played.backends.answers = [OutboundReply(200, body, b'{"thanks": true}')]
    assert forward(played, played.record()) == []
    assert played.notes["reply"].payloads == [{"thanks": True}]


def test_a_response_that_no_sequence_takes_stops_it_and_the_message_stays(scene):
    played = scene(
        processor(
            FORWARDING,
            target="E",
            message_processor_deactivate_sequence="end",
            message_processor_fault_sequence="fault",
        ),
    )
    played.backends.answers = [THANKS]
    first, second = played.record(0), played.record(1)
    left = forward(played, first, second)
    assert [kept.record for kept in left] == [first, second]
    assert sent(played) == [0]
    ((name, why),) = played.deactivated
    assert name == "P"
    assert "name a sequence in message.processor.reply.sequence" in why
    assert played.notes["end"].payloads == [{"number": 0}]
    assert played.notes["fault"].seen == []


def test_one_without_content_is_no_response(scene):
    played = scene(processor(FORWARDING, target="E"))
    played.backends.answers = [OutboundReply(200), OutboundReply(202, XML)]
    assert forward(played, played.record(0), played.record(1)) == []
    assert played.deactivated == []


def test_nor_is_one_to_a_message_that_wants_none(scene):
    played = scene(processor(FORWARDING, target="E"))
    played.backends.answers = [THANKS]
    assert forward(played, played.record(OUT_ONLY="true")) == []
    assert played.deactivated == []


def test_the_esb_forgets_the_message_before_it_stops(scene):
    played = scene(processor(FORWARDING, target="E"), compatibility=ESB_4_9)
    played.backends.answers = [THANKS]
    first, second = played.record(0), played.record(1)
    assert [kept.record for kept in forward(played, first, second)] == [second]
    assert [name for name, _ in played.deactivated] == ["P"]


@pytest.mark.parametrize("failure", [True, False])
def test_the_esb_does_not_mind_what_becomes_of_the_reply(scene, failure):
    played = scene(
        processor(FORWARDING, target="E", message_processor_reply_sequence="reply"),
        compatibility=ESB_4_9,
    )
    played.backends.answers = [THANKS]
    played.notes["reply"].goes_on = False
    played.notes["reply"].failures = [MediationError("no")] if failure else []
    assert forward(played, played.record()) == []
    assert (sent(played), played.deactivated) == ([0], [])


def test_the_esb_removes_a_message_without_an_endpoint_and_goes_on(scene, caplog):
    played = scene(processor(FORWARDING), compatibility=ESB_4_9)
    assert forward(played, played.record(0), played.record(1, target__endpoint="E")) == []
    assert (sent(played), played.deactivated) == ([1], [])
    assert "is removed: The message names no endpoint" in caplog.text


@pytest.mark.parametrize(("status", "times"), [(302, 1), (301, 2), (404, 2), (500, 2)])
def test_the_esb_takes_most_statuses_below_400_for_a_success(scene, status, times):
    played = scene(processor(FORWARDING, target="E"), compatibility=ESB_4_9)
    played.backends.answers = [OutboundReply(status), OutboundReply(200)]
    assert forward(played, played.record()) == []
    assert len(sent(played)) == times


def test_a_reply_sequence_that_refuses_the_response_has_the_message_sent_again(scene):
    played = scene(processor(FORWARDING, target="E", message_processor_reply_sequence="reply"))
    played.notes["reply"].failures = [MediationError("no")]
    assert forward(played, played.record()) == []
    assert sent(played) == [0, 0]
    played.notes["reply"].goes_on = False
    again = scene(
        processor(
            FORWARDING,
            target="E",
            message_processor_reply_sequence="reply",
            max_delivery_attempts=2,
        )
    )
    again.notes["reply"].goes_on = False
    assert len(forward(again, again.record())) == 1
    assert again.deactivated == [("P", "The reply sequence did not come to its end")]


def test_of_a_message_without_reply_the_status_counts_all_the_same(scene):
    played = scene(processor(FORWARDING, target="E", message_processor_reply_sequence="reply"))
    played.backends.answers = [OutboundReply(500), OutboundReply(202)]
    assert forward(played, played.record(OUT_ONLY="true")) == []
    assert sent(played) == [0, 0]
    assert played.notes["reply"].seen == []


def test_an_error_that_the_endpoint_handles_itself_is_no_delivery(scene):
    played = scene(
        "<endpoint name='Own' onError='end'><http uri-template='http://own/' method='post'>"
        "<suspendOnFailure><initialDuration>0</initialDuration></suspendOnFailure></http>"
        "</endpoint>",
        processor(FORWARDING, target="Own"),
    )
    played.backends.answers = [REFUSED, OutboundReply(200)]
    assert forward(played, played.record()) == []
    assert sent(played) == [0, 0]


def test_a_cron_expression_forwards_all_that_is_there_when_its_time_comes(scene):
    played = scene(processor(FORWARDING, target="E", cronExpression="0 * * * * ?"))
    assert forward(played, *(played.record(number) for number in range(5)), seconds=61.0) == []
    assert sent(played) == [0, 1, 2, 3, 4]


def test_several_members_forward_at_the_same_time(scene):
    played = scene(processor(FORWARDING, target="E", member_count=3))
    records = [played.record(number) for number in range(3)]
    assert forward(played, *records, seconds=0.5) == []
    assert sorted(sent(played)) == [0, 1, 2]
