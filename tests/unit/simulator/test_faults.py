"""When a fault fires, how often, and what it may say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.simulator.behaviour import Close, Goaway, Reset, Silence, rejection
from apns_connector.simulator.faults import FAULTS, UNDISTURBED, Fault, Faults

PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"


def fired(faults, requests):
    """The numbers, from 1, of the requests that a fault answered."""
    return [n for n in range(1, requests + 1) if faults.next_request().behaviour is not None]


def test_without_faults_a_request_is_undisturbed():
    assert Faults().next_request() is UNDISTURBED


@pytest.mark.parametrize(
    ("when", "requests"),
    [
        ({}, [1]),
        ({"count": 3}, [1, 2, 3]),
        ({"after": 4}, [5]),
        ({"after": 2, "count": 2}, [3, 6]),
        ({"after": 4, "count": None}, [5, 10, 15, 20]),
        ({"count": None}, list(range(1, 21))),
    ],
)
def test_a_fault_lets_requests_through_and_fires_as_often_as_it_should(when, requests):
    faults = Faults()
    faults.add(Fault(fault="silence", **when))
    assert fired(faults, 20) == requests


def test_a_fault_that_has_fired_its_last_time_is_gone():
    faults = Faults()
    faults.add(Fault(fault="silence", count=2))
    assert [pending.left for pending in faults.pending] == [2]
    faults.next_request()
    assert [pending.left for pending in faults.pending] == [1]
    faults.next_request()
    assert faults.pending == []


def test_of_two_faults_for_one_request_the_older_goes_first_and_the_other_waits():
    faults = Faults()
    faults.add(Fault(fault="answer", reason="InternalServerError"))
    faults.add(Fault(fault="silence"))
    assert faults.next_request().behaviour == rejection("InternalServerError")
    assert faults.next_request().behaviour == Silence()
    assert faults.next_request() is UNDISTURBED


def test_delays_and_settings_join_other_faults():
    faults = Faults()
    faults.add(Fault(fault="delay", milliseconds=20))
    faults.add(Fault(fault="delay", milliseconds=30))
    faults.add(Fault(fault="settings", max_concurrent_streams=5))
    faults.add(Fault(fault="silence"))
    disturbed = faults.next_request()
    assert disturbed.milliseconds == 50
    assert disturbed.max_concurrent_streams == 5
    assert disturbed.behaviour == Silence()


def test_refusing_counts_connections_and_leaves_requests_alone():
    faults = Faults()
    faults.add(Fault(fault="refuse", after=1, count=2))
    assert faults.next_request().behaviour is None
    assert [faults.refuses_connection() for _ in range(5)] == [False, True, False, True, False]


def test_a_fault_is_removed_by_its_number():
    faults = Faults()
    first, second = faults.add(Fault(fault="silence")), faults.add(Fault(fault="close"))
    assert faults.remove(first)
    assert not faults.remove(first)
    assert [pending.number for pending in faults.pending] == [second]
    faults.clear()
    assert faults.pending == []


@pytest.mark.parametrize(
    ("content", "behaviour"),
    [
        ({"fault": "silence"}, Silence()),
        ({"fault": "silence", "processed": True}, Silence(processed=True)),
        ({"fault": "reset"}, Reset(7)),
        ({"fault": "reset", "error_code": "CANCEL"}, Reset(8)),
        ({"fault": "reset", "error_code": 11, "processed": True}, Reset(11, processed=True)),
        ({"fault": "close"}, Close()),
        ({"fault": "goaway"}, Goaway(b'{"reason":"Shutdown"}')),
        ({"fault": "goaway", "reason": "BadCertificate"}, Goaway(b'{"reason":"BadCertificate"}')),
        ({"fault": "goaway", "debug": "enough", "error_code": 7}, Goaway(b"enough", 7)),
        ({"fault": "goaway", "debug": ""}, Goaway(b"")),
        ({"fault": "answer", "reason": "Unregistered"}, rejection("Unregistered")),
        ({"fault": "answer", "reason": "Surprise", "status": 418}, rejection("Surprise", 418)),
        ({"fault": "delay", "milliseconds": 5}, None),
        ({"fault": "settings", "max_concurrent_streams": 0}, None),
        ({"fault": "refuse"}, None),
    ],
)
def test_a_fault_in_json_becomes_a_behaviour(content, behaviour):
    assert Fault.from_json(content).behaviour == behaviour


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "JSON object"),
        ({}, "JSON object"),
        ({"fault": 1}, "JSON object"),
        ({"fault": "earthquake"}, "unknown fault 'earthquake'"),
        ({"fault": "silence", "reason": "Shutdown"}, "no field 'reason'"),
        ({"fault": "silence", "often": 3}, "no field 'often'"),
        ({"fault": "silence", "after": -1}, "after"),
        ({"fault": "silence", "after": "1"}, "after"),
        ({"fault": "silence", "after": True}, "after"),
        ({"fault": "silence", "count": 0}, "count"),
        ({"fault": "silence", "processed": 1}, "processed"),
        ({"fault": "answer"}, "needs a reason"),
        ({"fault": "answer", "reason": "Surprise"}, "give its status"),
        ({"fault": "answer", "reason": "Surprise", "status": 200}, "400 to 599"),
        ({"fault": "reset", "error_code": "OOPS"}, "REFUSED_STREAM"),
        ({"fault": "goaway", "error_code": -1}, "error_code"),
        ({"fault": "delay"}, "milliseconds"),
        ({"fault": "delay", "milliseconds": 0}, "milliseconds"),
        ({"fault": "settings"}, "max_concurrent_streams"),
    ],
)
def test_a_wrong_fault_is_refused_with_a_word_on_what_is_wrong(content, words):
    with pytest.raises(ConfigurationError, match=words):
        Fault.from_json(content)


@pytest.mark.parametrize(
    "content",
    [
        {"fault": "silence", "after": 3, "count": None, "processed": True},
        {"fault": "settings", "after": 0, "count": 1, "max_concurrent_streams": 7},
    ],
)
def test_a_fault_goes_to_json_and_back(content):
    assert Fault.from_json(content).to_json() == content


def test_the_page_about_the_simulator_lists_each_fault_with_its_fields():
    section = PAGE.read_text().partition("## Faults")[2].partition("## ")[0]
    printed = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", section, re.MULTILINE)
    assert {name: frozenset(re.findall(r"`(\w+)`", fields)) for name, fields in printed} == FAULTS
