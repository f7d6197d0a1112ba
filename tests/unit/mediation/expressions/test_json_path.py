"""JSONPath: steps, locations, changed copies."""

from __future__ import annotations

from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.json_path import (
    MISSING,
    JsonPath,
    descendants,
    everything,
    filtered,
    members,
    picked,
    removed,
    replaced,
    sliced,
)

ROOT = {"a": [{"n": 1}, {"n": 2}, {"n": 3}], "b": {"c": None}}


def values(step: Any, value: Any) -> list[Any]:
    return [found for _, found in step(((), value), ROOT)]


def test_members_are_found_by_name_and_items_by_index_from_either_end() -> None:
    assert values(members("b", "x", "a"), ROOT) == [ROOT["b"], ROOT["a"]]
    assert values(members(0, -1, 3, -4), ROOT["a"]) == [{"n": 1}, {"n": 3}]
    assert values(members("a"), [1]) == values(members(0), {"a": 1}) == []


def test_an_object_may_be_cut_down_to_some_members() -> None:
    assert values(picked("a", "x"), {"a": 1, "b": 2}) == [{"a": 1}]
    assert values(picked("a"), [1]) == []


def test_a_part_of_an_array() -> None:
    assert values(sliced(1, None), [1, 2, 3]) == [2, 3]
    assert values(sliced(-2, None), [1, 2, 3]) == [2, 3]
    assert values(sliced(None, None, 2), [1, 2, 3]) == [1, 3]
    assert values(sliced(0, 1), {"a": 1}) == []


def test_everything_is_what_is_directly_inside() -> None:
    assert list(everything(((), {"a": 1, "b": [2]}))) == [(("a",), 1), (("b",), [2])]
    assert list(everything((("x",), [5]))) == [(("x", 0), 5)]
    assert list(everything(((), "text"))) == []


def test_descendants_are_all_containers_outer_ones_first() -> None:
    assert [location for location, _ in descendants(((), ROOT))] == [
        (), ("a",), ("a", 0), ("a", 1), ("a", 2), ("b",),
    ]  # fmt: skip


def test_a_filter_tries_the_items_of_an_array_or_an_object_itself() -> None:
    large = filtered(lambda item, root: item["n"] > 1)
    assert values(large, ROOT["a"]) == [{"n": 2}, {"n": 3}]
    assert values(large, {"n": 5}) == [{"n": 5}]


def test_a_definite_path_gives_a_value_or_missing_and_any_other_a_list() -> None:
    short = JsonPath("$.b.c", [members("b"), members("c")], definite=True, keys=("b", "c"))
    assert short.read(ROOT) is None
    assert short.read({}) is MISSING
    assert short.locations(ROOT) == [("b", "c")]
    assert repr(short) == "JsonPath('$.b.c')"
    stepped = JsonPath("$['b']['c','d']", [members("b"), picked("c", "d")], definite=True)
    assert stepped.read(ROOT) == {"c": None}
    assert stepped.read({}) is MISSING
    wide = JsonPath("$..n", [descendants, members("n")], definite=False)
    assert wide.read(ROOT) == [1, 2, 3]
    assert wide.read([]) == []
    assert wide.locations(ROOT) == [("a", 0, "n"), ("a", 1, "n"), ("a", 2, "n")]


def test_a_function_is_applied_to_what_was_found_and_has_no_location() -> None:
    path = JsonPath("$.a.length()", [members("a")], definite=True, keys=("a",), function=len)
    assert path.read(ROOT) == 3
    assert path.read({}) is MISSING
    assert path.locations(ROOT) == []


@pytest.mark.parametrize(
    ("location", "changed"),
    [
        ((), "new"),
        (("b", "c"), {**ROOT, "b": {"c": "new"}}),
        (("b", "new"), {**ROOT, "b": {"c": None, "new": "new"}}),
        (("a", 1), {**ROOT, "a": [{"n": 1}, "new", {"n": 3}]}),
    ],
)
def test_replacing_makes_a_copy(location: Any, changed: Any) -> None:
    before = repr(ROOT)
    assert replaced(ROOT, location, "new") == changed
    assert repr(ROOT) == before


def test_what_is_beside_the_way_is_shared_with_the_copy() -> None:
    assert replaced(ROOT, ("b", "c"), 1)["a"] is ROOT["a"]


@pytest.mark.parametrize(
    ("location", "changed"),
    [
        ((), None),
        (("b", "c"), {**ROOT, "b": {}}),
        (("a", 0), {**ROOT, "a": [{"n": 2}, {"n": 3}]}),
    ],
)
def test_removing_makes_a_copy(location: Any, changed: Any) -> None:
    before = repr(ROOT)
    assert removed(ROOT, location) == changed
    assert repr(ROOT) == before


@pytest.mark.parametrize("location", [("x", "y"), ("a", 5), ("b", "c", "d"), ("a", 0, "n", 1)])
def test_a_way_that_does_not_exist_is_told(location: Any) -> None:
    with pytest.raises(MediationError, match=r"There is no|holds nothing"):
        replaced(ROOT, location, "new")
