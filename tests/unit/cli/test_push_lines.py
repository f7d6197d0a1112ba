"""Lines of device tokens, and the notifications that they ask for."""

from __future__ import annotations

import pytest

from apns_connector.cli.push_lines import Line, LineReader, Template, overridden
from apns_connector.errors import NotificationError

A = "ab" * 32
B = "cd" * 32


def read(text: str | bytes) -> list[Line]:
    raw = text if isinstance(text, bytes) else text.encode()
    reader = LineReader()
    return [line for line in map(reader.read, raw.splitlines(keepends=True)) if line is not None]


def test_a_line_is_a_device_token_and_blank_lines_count_but_are_none():
    assert read(f"{A}\n\n  \r\n{B}\r\n") == [Line(1, A), Line(4, B)]


def test_a_header_says_which_column_is_which():
    lines = read(f'name,Device_Token,alert,badge,plan\nx,{A},"Hi, you",3,gold\ny,{B},,,\n')
    assert lines == [Line(2, A, {"alert": "Hi, you", "badge": "3"}), Line(3, B)]


@pytest.mark.parametrize("header", ["token,alert", "phone,alert,sound", "whatever,else"])
def test_the_first_column_is_the_device_token_when_none_is_called_so(header):
    assert [line.device_token for line in read(f"{header}\n{A},Hi\n")] == [A]


def test_a_header_of_one_column_is_none_of_the_devices():
    assert read(f"device_token\n{A}\n") == [Line(2, A)]


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line():
    assert read(b"\xef\xbb\xbf" + A.encode()) == [Line(1, A)]


def test_the_reason_of_a_failure_is_ignored():
    assert read(f"device_token,alert,reason\n{A},Hi,Unregistered\n") == [
        Line(2, A, {"alert": "Hi"})
    ]


def test_a_stray_quote_costs_its_own_line_alone():
    first, second = read(f'device_token,alert\n{A},"Hi\n{B},Ho\n')
    assert first.problem is not None
    assert first.problem.startswith("The line is not CSV")
    assert second == Line(3, B, {"alert": "Ho"})


def test_a_line_with_more_columns_than_the_header_is_not_cut_short():
    (line,) = read(f"device_token,alert\n{A},Hello, you\n")
    assert line.problem is not None
    assert "3 columns and the header 2" in line.problem
    assert "double quotes" in line.problem


def test_a_line_that_is_not_utf_8_is_a_problem_of_its_own():
    first, second = read(b"\xff\xfe\n" + A.encode())
    assert first.problem == "The line is not UTF-8"
    assert second == Line(2, A)


def test_a_line_shows_no_more_than_the_end_of_its_device_token():
    assert repr(Line(7, A, {"alert": "x"})) == "Line(7, …abababab)"


def test_what_a_line_says_wins_over_what_is_said_for_all():
    template = Template({"aps": {"alert": "all", "sound": "default"}}, topic="com.example.all")
    line = Line(1, f"<{A.upper()}>", {"alert": "you", "badge": "0", "topic": "com.example.you"})
    notification = template.notification(line)
    assert notification.device_token == A
    assert notification.topic == "com.example.you"
    assert notification.payload == {"aps": {"alert": "you", "sound": "default", "badge": 0}}


@pytest.mark.parametrize(
    ("alert", "overrides", "expected"),
    [
        (None, {"alert": "a"}, "a"),
        ("all", {"title": "t"}, {"title": "t", "body": "all"}),
        (None, {"title": "t"}, {"title": "t"}),
        ("all", {"title": "t", "alert": "a"}, {"title": "t", "body": "a"}),
        ({"body": "all", "subtitle": "s"}, {"alert": "a"}, {"body": "a", "subtitle": "s"}),
    ],
)
def test_an_alert_is_text_until_there_is_a_title(alert, overrides, expected):
    payload = {"aps": {"alert": alert}} if alert else {}
    assert overridden(payload, overrides) == {"aps": {"alert": expected}}


def test_what_stands_beside_aps_stays_and_the_shared_payload_is_not_changed():
    shared = {"aps": {"sound": "default"}, "id": 1}
    assert overridden(shared, {"sound": "bell"}) == {"aps": {"sound": "bell"}, "id": 1}
    assert shared == {"aps": {"sound": "default"}, "id": 1}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (Line(1, "xyz"), "other than hexadecimal"),
        (Line(1, ""), "empty"),
        (Line(1, A, {"badge": "-1"}), "badge is not a whole number"),
        (Line(1, A, {"badge": "²"}), "badge is not a whole number"),
        (Line(1, A, {"topic": " "}), "topic must be"),
        (Line(1, A, problem="The line is not UTF-8"), "not UTF-8"),
    ],
)
def test_a_line_that_cannot_be_sent_says_why(line, sentence):
    with pytest.raises(NotificationError, match=sentence):
        Template({"aps": {"alert": "Hi"}}).notification(line)


def test_a_line_without_a_payload_where_nothing_is_said_for_all_is_refused():
    with pytest.raises(NotificationError, match="neither the line nor the command line"):
        Template({}).notification(Line(1, A))
