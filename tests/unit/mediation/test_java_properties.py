"""Java properties files."""

from __future__ import annotations

import pytest

from apns_connector.mediation.java_properties import read_properties


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", {}),
        ("a=1\nb = 2\n", {"a": "1", "b": "2"}),
        ("a:1", {"a": "1"}),
        ("a 1", {"a": "1"}),
        ("a", {"a": ""}),
        ("a=1=2", {"a": "1=2"}),
        ("  a=1  ", {"a": "1"}),
        ("# a=1\n! b=2\n\nc=3", {"c": "3"}),
        ("a=1\na=2", {"a": "2"}),
        ("a=x\\\n    y\nb=2", {"a": "xy", "b": "2"}),
        ("a=x\\\\\nb=2", {"a": "x\\", "b": "2"}),
        ("a=x\\", {"a": "x"}),
        ("a\\:b=https\\://h", {"a:b": "https://h"}),
        ("a=\\u00e4\\tb", {"a": "ä\tb"}),
        ("=1", {}),
    ],
)
def test_lines_become_pairs(text: str, pairs: dict[str, str]) -> None:
    assert read_properties(text.encode()) == pairs
