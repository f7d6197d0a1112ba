from __future__ import annotations

import json
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.message_processor import MessageProcessorDefinition, ProcessorKind
from apns_connector.processing.activation import FILE_NAME, Activation, is_active


def definition(**parameters: str) -> MessageProcessorDefinition:
    given = {name.replace("_", "."): value for name, value in parameters.items()}
    return MessageProcessorDefinition("P", "…", ProcessorKind.DISPATCH, "S", None, given)


def test_a_processor_is_active_unless_its_definition_says_otherwise():
    assert is_active(definition(), {})
    assert is_active(definition(is_active="true"), {})
    assert not is_active(definition(is_active="false"), {})


def test_what_was_decided_later_wins():
    assert is_active(definition(is_active="false"), {"P": True})
    assert not is_active(definition(), {"P": False, "Q": True})


def test_a_decision_is_kept(tmp_path: Path):
    Activation(tmp_path).decide("P", False)
    Activation(tmp_path).decide("Q", True)
    assert Activation(tmp_path).read() == {"P": False, "Q": True}
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_a_decision_of_another_process_is_seen(tmp_path: Path):
    mine, other = Activation(tmp_path), Activation(tmp_path)
    assert mine.read() == {}
    other.decide("P", False)
    assert mine.read() == {"P": False}
    other.decide("P", True)
    assert mine.read() == {"P": True}


@pytest.mark.parametrize("content", ["{", '{"P": "no"}', "[]", "\xff"])
def test_a_file_that_is_none_is_told(tmp_path: Path, content: str):
    (tmp_path / FILE_NAME).write_text(content, "latin-1")
    with pytest.raises(ConfigurationError, match=r"processors\.json: .*mend or delete it"):
        Activation(tmp_path).read()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot be written"):
        Activation(tmp_path / "nowhere").decide("P", True)


def test_it_is_plain_json(tmp_path: Path):
    Activation(tmp_path).decide("P", False)
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {"P": False}
