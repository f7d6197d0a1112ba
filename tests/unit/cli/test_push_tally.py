"""What became of each line, and the count of it."""

from __future__ import annotations

import pytest

from apns_connector.apns import Notification, Response
from apns_connector.cli.push_tally import Kind, Tally, Verdict, verdict_of
from apns_connector.errors import CredentialsError, NotSent, OutcomeUnknown, PayloadError

NOTIFICATION = Notification(device_token="ab" * 32, payload={"aps": {"alert": "Hi"}})


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Response(NOTIFICATION, 200), Verdict(Kind.ACCEPTED)),
        (
            Response(NOTIFICATION, 410, body=b'{"reason":"Unregistered"}'),
            Verdict(Kind.REJECTED, "Unregistered"),
        ),
        (NotSent("nobody there"), Verdict(Kind.NOT_SENT, "nobody there")),
        (OutcomeUnknown("lost"), Verdict(Kind.UNKNOWN, "lost")),
        (PayloadError("too long"), Verdict(Kind.INVALID, "too long")),
        (CredentialsError("refused"), Verdict(Kind.NOT_SENT, "refused")),
    ],
)
def test_each_outcome_is_one_verdict(outcome, verdict):
    assert verdict_of(outcome) == verdict


def test_only_what_was_certainly_not_processed_is_not_settled():
    assert [kind for kind in Kind if not Verdict(kind, "x").settled] == [Kind.NOT_SENT]


def test_the_summary_counts_by_outcome_and_reason_the_most_frequent_first():
    tally = Tally()
    for number, reason in enumerate(["BadTopic", "Unregistered", "Unregistered"], 1):
        tally.add(number, Verdict(Kind.REJECTED, reason))
    tally.add(4, Verdict(Kind.ACCEPTED))
    tally.add(5, Verdict(Kind.UNKNOWN, "lost"))
    assert [line.split() for line in tally.text().splitlines()] == [
        ["accepted", "1"],
        ["rejected", "3"],
        ["Unregistered", "2"],
        ["BadTopic", "1"],
        ["not", "sent", "0"],
        ["unknown", "1"],
        ["lost", "1"],
        ["invalid", "lines", "0"],
    ]


def test_the_first_invalid_lines_are_told_with_their_numbers_and_the_others_counted():
    tally = Tally()
    for number in range(11, 18):
        tally.add(number, Verdict(Kind.INVALID, "no"))
    *_, fifth, more = tally.text().splitlines()
    assert fifth == "  line 15: no"
    assert more == "  and 2 more"


def test_what_was_settled_before_is_told_first():
    tally = Tally()
    tally.skipped = 3
    assert tally.text().startswith("3 lines settled before\naccepted")


def test_all_are_accepted_until_one_is_not():
    tally = Tally()
    tally.add(1, Verdict(Kind.ACCEPTED))
    assert tally.all_accepted
    tally.add(2, Verdict(Kind.INVALID, "no"))
    assert not tally.all_accepted
