"""DispatchProcessor: records run through a sequence, and what that comes to decides."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from apns_connector.delivery.record import Kept, Record, State
from apns_connector.errors import MediationError
from apns_connector.mediation.attempt import Answer
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_keeper import RECORD_ID
from apns_connector.processing.dispatching import dispatch_processor
from tests.unit.processing.scene import DISPATCH, Scene, processor
from tests.virtual_time import BEGINNING, run

UNREACHABLE = MediationError("nobody answers", "APNS_000004", "Not sent")
ILLEGAL = MediationError("no token", "APNS_000001", "The device token is missing")
FAILED = MediationError("a backend failed", 401000, "why it failed")


def work(
    played: Scene,
    *records: Record,
    seconds: float = 100.0,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> list[Kept]:
    """Run P over these records; what is left in S afterwards."""

    async def scenario() -> list[Kept]:
        for live in played.stores:
            await live.store.open()
        await played.store().put(records)
        definition = played.configuration.processors["P"]
        running = dispatch_processor(definition, played.context)
        task = asyncio.create_task(running.run())
        if meanwhile is not None:
            await meanwhile()
        await asyncio.sleep(seconds)
        running.stop()
        await task
        return await played.store().browse()

    return run(scenario())


def test_messages_run_through_the_sequence_and_are_gone(scene):
    played = scene(processor(DISPATCH, sequence="n"))
    records = [played.record(number) for number in range(3)]
    assert work(played, *records) == []
    note = played.notes["n"]
    assert sorted(payload["number"] for payload in note.payloads) == [0, 1, 2]
    assert sorted(note.properties(RECORD_ID)) == sorted(record.id for record in records)


def test_each_attempt_sees_the_message_as_it_was_kept(scene):
    played = scene(processor(DISPATCH, sequence="n", client_retry_interval=1000))
    note = played.notes["n"]
    note.failures = [FAILED, UNREACHABLE]
    record = played.record(ERROR_CODE="of an earlier flow", apns__status="503")
    assert work(played, record) == []
    assert note.properties(RECORD_ID) == [record.id] * 3
    assert note.payloads == [{"number": 0}] * 3
    assert note.seen[0] is not note.seen[1]


def test_an_outage_counts_as_no_attempt_and_another_failure_does(scene):
    played = scene(
        processor(DISPATCH, sequence="n", max_delivery_attempts=2, max_retry_interval=1000)
    )
    note = played.notes["n"]
    note.failures = [*[UNREACHABLE] * 20, FAILED, FAILED]
    (left,) = work(played, played.record(), seconds=3000.0)
    assert (left.state, left.record.reason) == (State.DEAD, "why it failed (2 attempts)")
    assert len(note.seen) == 22


def test_what_no_attempt_can_mend_is_dead_at_once(scene):
    played = scene(processor(DISPATCH, sequence="n"))
    played.notes["n"].failures = [ILLEGAL]
    (left,) = work(played, played.record())
    assert (left.state, left.record.reason) == (State.DEAD, "The device token is missing")


def test_a_dead_message_can_go_to_a_store_of_its_own(scene):
    played = scene(
        "<messageStore name='Dead'/>",
        processor(DISPATCH, sequence="n", message_processor_failMessagesStore="Dead"),
    )
    played.notes["n"].failures = [ILLEGAL]
    record = played.record()
    assert work(played, record) == []

    (moved,) = run(played.store("Dead").browse())
    assert (moved.record.id, moved.record.body) == (record.id, record.body)
    assert (moved.state, moved.record.reason) == (State.WAITING, "The device token is missing")


def test_a_failure_that_a_handler_has_dealt_with_is_a_failure_all_the_same(scene):
    played = scene(
        "<sequence name='handled' onError='fault'><class name='n'/></sequence>",
        processor(DISPATCH, sequence="handled", max_delivery_attempts=1),
    )
    played.notes["n"].failures = [FAILED]
    (left,) = work(played, played.record())
    assert left.state is State.DEAD
    assert len(played.notes["fault"].seen) == 1


def test_unless_it_takes_the_error_off_the_message(scene):
    played = scene(
        "<sequence name='mended'><property name='ERROR_CODE' action='remove'/></sequence>"
        "<sequence name='handled' onError='mended'><class name='n'/></sequence>",
        processor(DISPATCH, sequence="handled"),
    )
    played.notes["n"].failures = [FAILED]
    assert work(played, played.record()) == []


def test_the_fault_sequence_gets_the_message_as_it_was_kept_at_each_failure(scene):
    played = scene(
        processor(DISPATCH, sequence="n", message_processor_fault_sequence="fault"),
    )
    played.notes["n"].failures = [FAILED, FAILED]
    assert work(played, played.record()) == []
    fault = played.notes["fault"]
    assert fault.payloads == [{"number": 0}] * 2
    assert fault.properties("ERROR_DETAIL") == ["why it failed"] * 2


def test_a_fault_sequence_that_fails_changes_nothing(scene, caplog: pytest.LogCaptureFixture):
    played = scene(processor(DISPATCH, sequence="n", message_processor_fault_sequence="fault"))
    played.notes["n"].failures = [FAILED]
    played.notes["fault"].failures = [MediationError("so does this", 1)]
    assert work(played, played.record()) == []
    assert "sequence 'fault' failed: so does this" in caplog.text


def test_branches_of_the_sequence_are_part_of_the_delivery(scene):
    played = scene(
        "<sequence name='split'><clone><target sequence='n'/><target sequence='reply'/></clone>"
        "</sequence>",
        processor(DISPATCH, sequence="split", max_delivery_attempts=1),
    )
    played.notes["reply"].failures = [FAILED]
    (left,) = work(played, played.record())
    assert (left.state, left.record.reason) == (State.DEAD, "why it failed (1 attempts)")
    assert len(played.notes["n"].seen) == 1


def test_a_sequence_that_is_not_there_is_waited_for(scene):
    played = scene(processor(DISPATCH, sequence="n"))

    async def meanwhile() -> None:
        found = played.configuration.names.pop("n")
        await asyncio.sleep(50)
        assert len(await played.store().browse(State.DEAD)) == 0
        played.configuration.names["n"] = found

    assert work(played, played.record(), meanwhile=meanwhile) == []
    assert played.notes["n"].at[0] >= BEGINNING + 50


def test_a_record_of_another_key_uses_up_no_attempt_until_the_key_is_back(scene):
    played = scene(processor(DISPATCH, sequence="n"))
    record = played.record()
    sealed_otherwise = Record(b"\0" * 60, record.created, id=record.id)
    (left,) = work(played, sealed_otherwise)
    assert (left.state, left.record.attempts) == (State.WAITING, 0)


def test_a_record_that_is_no_message_is_dead_in_the_end(scene):
    played = scene(processor(DISPATCH, sequence="n", max_delivery_attempts=2))
    record = played.record()
    seal: Any = played.stores.records._seal
    broken = Record(seal.seal(record.id, b"what?"), record.created, id=record.id)
    (left,) = work(played, broken)
    assert left.state is State.DEAD
    assert "damaged" in left.record.reason


BUSY = MediationError("busy", "APNS_000007", "500 InternalServerError")
OK, WRONG = Answer(200), Answer(400, "BadTopic")


def pushes(played: Scene, **answers: Answer | None) -> list[str]:
    """The sequence n pushes all of these, and fails as the worst of them does. The names of those
    that it has pushed."""
    pushed: list[str] = []

    def push(message: Message) -> None:
        attempt = message.exchange.attempt
        assert attempt is not None
        for name, answer in answers.items():
            key = attempt.next_key(name.encode())
            if key not in attempt.answers:
                pushed.append(name)
            if answer is not None:
                attempt.answers.setdefault(key, answer)
        if None in answers.values():
            raise BUSY
        if WRONG in answers.values():
            raise ILLEGAL

    played.notes["n"].does = push
    return pushed


def test_what_has_its_final_answer_is_known_in_the_next_attempt(scene):
    played = scene(processor(DISPATCH, sequence="n", max_delivery_attempts=3))
    pushed = pushes(played, one=OK, two=WRONG, three=None)
    (left,) = work(played, played.record())
    assert pushed == ["one", "two", "three", "three", "three"]
    assert left.state is State.DEAD
    assert left.record.reason == (
        "2 of 3 notifications not delivered: 500 InternalServerError (3 attempts)"
    )


def test_a_human_may_have_those_sent_again_that_were_hopeless_and_no_others(scene):
    played = scene(processor(DISPATCH, sequence="n"))
    pushed = pushes(played, one=OK, two=WRONG)

    async def meanwhile() -> None:
        await asyncio.sleep(5)
        (dead,) = await played.store().browse(State.DEAD)
        assert await played.store().retry([dead.record.id]) == 1

    (left,) = work(played, played.record(), meanwhile=meanwhile)
    assert pushed == ["one", "two", "two"]
    told = "1 of 2 notifications not delivered: The device token is missing"
    assert (left.state, left.record.reason) == (State.DEAD, told)


def test_what_is_moved_to_the_store_of_the_dead_takes_along_what_was_achieved(scene):
    played = scene(
        "<messageStore name='Dead'/>",
        processor(
            DISPATCH,
            sequence="n",
            max_delivery_attempts=2,
            message_processor_failMessagesStore="Dead",
        ),
    )
    pushes(played, one=OK, two=None)
    assert work(played, played.record()) == []
    (moved,) = run(played.store("Dead").browse())
    attempt = played.context.message(moved.record).exchange.attempt
    assert attempt is not None
    assert list(attempt.earlier.values()) == [OK]


def test_a_flow_that_fails_elsewhere_sends_nothing_twice(scene):
    played = scene(processor(DISPATCH, sequence="n"))
    pushed = pushes(played, one=OK)
    played.notes["n"].failures = [FAILED, FAILED]
    assert work(played, played.record()) == []
    assert pushed == ["one"]
