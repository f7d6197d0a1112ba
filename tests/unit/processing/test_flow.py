from __future__ import annotations

from apns_connector.delivery.retry import Outcome, Verdict
from apns_connector.errors import MediationError
from apns_connector.mediation.message import Message
from apns_connector.processing.flow import RecordFlow
from tests.unit.processing.scene import Scene
from tests.virtual_time import run

FAILED = MediationError("no", 401000, "why it failed")
AGAIN = Outcome(Verdict.AGAIN, "why it failed")


def outcome(played: Scene, sequence: str) -> tuple[Outcome, Message]:
    message = Message.from_json({}, configuration=played.configuration)
    found = played.configuration.sequence(sequence)
    assert found is not None
    return run(RecordFlow("P").run(found, message)), message


def test_a_flow_that_comes_to_its_end_has_delivered(scene):
    assert outcome(scene(), "n")[0] == Outcome(Verdict.DELIVERED)


def test_so_has_one_that_ends_before(scene):
    played = scene()
    played.notes["n"].goes_on = False
    assert outcome(played, "n")[0] == Outcome(Verdict.DELIVERED)


def test_a_failure_is_told_on_the_message_and_no_fault_sequence_runs(scene):
    played = scene()
    played.notes["n"].failures = [FAILED]
    found, message = outcome(played, "n")
    assert found == AGAIN
    assert message.properties.get("ERROR_CODE") == 401000
    assert played.notes["fault"].seen == []


def test_an_answer_is_for_nobody(scene):
    played = scene("<sequence name='answer'><respond/></sequence>")
    found, message = outcome(played, "answer")
    assert found.verdict is Verdict.DELIVERED
    assert message.exchange.response is None


def test_the_reply_of_a_backend_ends_there(scene):
    played = scene("<sequence name='ask'><send><endpoint key='E'/></send></sequence>")
    assert outcome(played, "ask")[0].verdict is Verdict.DELIVERED
    assert len(played.backends.asked) == 1


def test_copies_are_waited_for_and_their_failures_count(scene):
    played = scene(
        "<sequence name='split'><clone><target><sequence><sequence key='n'/><respond/></sequence>"
        "</target><target sequence='reply'/></clone></sequence>"
    )
    played.notes["reply"].failures = [FAILED]
    assert outcome(played, "split")[0] == AGAIN
    assert len(played.notes["n"].seen) == 1
