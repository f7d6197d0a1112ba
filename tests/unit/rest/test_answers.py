"""What goes out, as JSON."""

import json

import msgspec

from apns_connector.rest.answers import Cleared, Device, Outcome, Outcomes, UnregisteredPage


def written(content: object) -> object:
    return json.loads(msgspec.json.encode(content))


def test_an_outcome_is_written_without_what_it_has_not():
    assert written(Outcome(outcome="accepted", apns_id="i")) == {
        "outcome": "accepted",
        "apnsId": "i",
    }


def test_a_list_is_written_with_its_counts_also_when_they_are_nothing():
    assert written(Outcomes(0, 1, [Outcome(outcome="notSent")])) == {
        "accepted": 0,
        "failed": 1,
        "notifications": [{"outcome": "notSent"}],
    }


def test_a_page_of_devices_is_written():
    device = Device(device_token="ab", reason="Unregistered", seen_at="2026-05-01T12:30:00.000Z")
    assert written(UnregisteredPage(7, False, [device])) == {
        "upTo": 7,
        "more": False,
        "devices": [
            {"deviceToken": "ab", "reason": "Unregistered", "seenAt": "2026-05-01T12:30:00.000Z"}
        ],
    }
    assert written(Cleared(0)) == {"cleared": 0}
