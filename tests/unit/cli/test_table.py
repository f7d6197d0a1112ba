from __future__ import annotations

from apns_connector.cli.table import table


def test_rows_stand_below_the_names_of_their_members():
    rows = [{"name": "Pusher", "active": True}, {"name": "P", "active": False}]
    assert table(rows) == "name    active\nPusher  yes\nP       no"


def test_what_is_not_there_is_a_dash():
    assert table([{"a": None, "b": "", "c": 0}]) == "a  b  c\n-  -  0"


def test_no_rows_are_no_table():
    assert table([]) == ""
