from __future__ import annotations

import pytest

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation.message import Message
from apns_connector.processing.context import errors_on
from tests.unit.processing.scene import DISPATCH, processor
from tests.virtual_time import run

FAULT = "message.processor.fault.sequence"


def test_a_store_that_is_not_there_is_told(scene):
    with pytest.raises(ConfigurationError, match="no message store 'T'"):
        scene().context.store("T")


def test_a_sequence_aside_sees_the_message_as_it_was_kept_and_the_errors(scene):
    played = scene(processor(DISPATCH, sequence="n", message_processor_fault_sequence="fault"))
    definition = played.configuration.processors["P"]
    errors = {"ERROR_MESSAGE": "no"}
    run(played.context.run_aside(definition, FAULT, played.record(), errors))
    note = played.notes["fault"]
    assert (note.payloads, note.properties("ERROR_MESSAGE")) == ([{"number": 0}], ["no"])


def test_without_one_nothing_is_read(scene):
    played = scene(processor(DISPATCH, sequence="n"))
    definition = played.configuration.processors["P"]
    run(played.context.run_aside(definition, FAULT, played.record()))
    assert played.notes["fault"].seen == []


@pytest.mark.parametrize("missing", [True, False])
def test_what_goes_wrong_aside_is_logged(scene, caplog: pytest.LogCaptureFixture, missing):
    played = scene(processor(DISPATCH, sequence="n", message_processor_fault_sequence="end"))
    definition = played.configuration.processors["P"]
    if missing:
        del played.configuration.names["end"]
    played.notes["end"].failures = [MediationError("it cannot be found", 1)]
    run(played.context.run_aside(definition, FAULT, played.record()))
    assert "'P': sequence 'end' failed: it cannot be found" in caplog.text


def test_errors_are_those_of_synapse(scene):
    message = Message.from_json({}, configuration=scene().configuration)
    message.properties.set("ERROR_CODE", 1)
    message.properties.set("ERROR_DETAIL", "why")
    message.properties.set("mine", "x")
    assert errors_on(message) == {"ERROR_CODE": 1, "ERROR_DETAIL": "why"}
