"""The files of a bulk send."""

from __future__ import annotations

import stat

import pytest

from apns_connector.cli.push_journal import Failures, Journal, Record, ranges
from apns_connector.cli.push_lines import Line, LineReader
from apns_connector.cli.push_tally import Kind, Verdict
from apns_connector.errors import ConfigurationError

ACCEPTED = Verdict(Kind.ACCEPTED)
REJECTED = Verdict(Kind.REJECTED, "Unregistered")
NOT_SENT = Verdict(Kind.NOT_SENT, "nobody there")
TOKEN = "ab" * 32


@pytest.fixture
def file(tmp_path):
    return tmp_path / "journal"


def settle(file, *numbers: int) -> None:
    journal = Journal(file, "d1")
    for number in numbers:
        journal.add(number)
    journal.close()


def settled(file, most: int = 20) -> list[int]:
    journal = Journal(file, "d1")
    journal.close()
    return [number for number in range(most) if number in journal]


def test_numbers_in_any_order_become_ranges():
    assert list(ranges([5, 1, 2, 9, 3, 6])) == [(1, 3), (5, 6), (9, 9)]
    assert list(ranges([])) == []


def test_what_is_settled_is_known_to_the_runs_after(file):
    settle(file, 3, 1, 2, 7)
    settle(file, 4)
    assert settled(file) == [1, 2, 3, 4, 7]


def test_a_number_that_was_written_in_part_settles_nothing(file):
    settle(file, 1)
    with file.open("a") as journal:
        journal.write("2-1")  # of 2-19
    assert settled(file) == [1]
    settle(file, 5)
    assert settled(file) == [1, 5]


def test_the_journal_of_other_device_tokens_is_refused(file):
    settle(file, 1)
    with pytest.raises(ConfigurationError, match="belongs to other device tokens"):
        Journal(file, "d2")


def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(file):
    file.write_text(f"{TOKEN}\n{TOKEN}")
    with pytest.raises(ConfigurationError, match="no journal"):
        Journal(file, "d1")
    assert file.read_text() == f"{TOKEN}\n{TOKEN}"


def test_a_damaged_journal_is_refused_with_the_place(file):
    settle(file, 1)
    with file.open("a") as journal:
        journal.write("9-2\n")
    with pytest.raises(ConfigurationError, match="journal:3: This is no range"):
        Journal(file, "d1")


def test_failures_can_be_read_again_and_belong_to_their_owner_alone(file):
    failures = Failures(file, resumed=False)
    failures.add(Line(1, TOKEN, {"alert": 'Say "Hi", you', "badge": "3"}), "BadTopic")
    failures.add(Line(2, "no, token"), "The device\ntoken is none")
    failures.close()
    reader = LineReader()
    lines = [reader.read(line) for line in file.read_bytes().splitlines(keepends=True)]
    assert lines == [
        None,
        Line(2, TOKEN, {"alert": 'Say "Hi", you', "badge": "3"}),
        Line(3, "no, token"),
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_file_is_left_where_nothing_failed(file):
    Failures(file, resumed=False).close()
    assert not file.exists()


def test_failures_of_an_earlier_run_are_not_overwritten(file):
    file.write_text("precious")
    with pytest.raises(ConfigurationError, match="exists"):
        Failures(file, resumed=False)
    with pytest.raises(ConfigurationError, match="no file of failures"):
        Failures(file, resumed=True)
    assert file.read_text() == "precious"


def test_failures_of_a_resumed_run_are_added(file):
    for number in (1, 2):
        failures = Failures(file, resumed=number == 2)
        failures.add(Line(number, TOKEN), f"reason {number}")
        failures.close()
    assert [row.rpartition(",")[2] for row in file.read_text().splitlines()] == [
        "reason",
        "reason 1",
        "reason 2",
    ]


def record_of(tmp_path, *, journal: bool) -> Record:
    record = Record(
        Journal(tmp_path / "journal", "d1") if journal else None,
        Failures(tmp_path / "failures", resumed=False),
    )
    for number, verdict in enumerate((ACCEPTED, REJECTED, NOT_SENT), 1):
        record.add(Line(number, f"{number}" * 64), verdict)
    record.close()
    return record


def test_without_a_journal_what_was_not_sent_is_among_the_failures(tmp_path):
    record_of(tmp_path, journal=False)
    rows = (tmp_path / "failures").read_text().splitlines()[1:]
    assert [row[0] for row in rows] == ["2", "3"]


def test_with_a_journal_what_was_not_sent_stays_open_and_is_no_failure(tmp_path):
    record_of(tmp_path, journal=True)
    rows = (tmp_path / "failures").read_text().splitlines()[1:]
    assert [row[0] for row in rows] == ["2"]
    assert settled(tmp_path / "journal") == [1, 2]


def test_settled_lines_are_skipped_and_counted(file):
    settle(file, 1)
    record = Record(Journal(file, "d1"))
    assert [record.skips(Line(number, TOKEN)) for number in (1, 2)] == [True, False]
    assert record.tally.skipped == 1
    record.close()


def test_the_files_are_written_while_the_run_goes_on(file):
    record = Record(Journal(file, "d1"))
    for number in range(1, 501):
        record.add(Line(number, TOKEN), ACCEPTED)
    assert file.read_text().splitlines()[1:] == ["1-500"]
    record.close()
