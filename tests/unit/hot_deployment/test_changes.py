"""When a change of files is to be deployed."""

from __future__ import annotations

from pathlib import Path

import pytest

from apns_connector.hot_deployment.changes import Changes, Snapshot


def files(**sizes: int) -> Snapshot:
    return {Path(name): (1, size, 1) for name, size in sizes.items()}


def looked(changes: Changes, *looks: tuple[float, Snapshot]) -> list[float]:
    """The times at which something was due."""
    return [now for now, snapshot in looks if changes.due(snapshot, now)]


OLD, NEW = files(a=1), files(a=2)


def test_nothing_is_due_without_a_change() -> None:
    assert looked(Changes(OLD), (0, OLD), (1, OLD), (100, OLD)) == []


def test_a_change_is_due_once_when_it_has_been_quiet_for_a_while() -> None:
    assert looked(Changes(OLD), (0, NEW), (0.5, NEW), (1, NEW), (2, NEW), (9, NEW)) == [1]


def test_files_that_go_on_changing_are_waited_for() -> None:
    changes = Changes(OLD)
    growing = [(now, files(a=now + 2)) for now in range(5)]
    assert looked(changes, *growing) == []
    assert looked(changes, (5, files(a=6)), (6, files(a=6))) == [5]


@pytest.mark.parametrize("change", [files(), files(a=1, b=1), {Path("a"): (1, 1, 2)}])
def test_a_file_that_comes_goes_or_is_replaced_is_a_change(change: Snapshot) -> None:
    assert looked(Changes(OLD), (0, change), (1, change)) == [1]


def test_a_change_that_is_taken_back_in_time_is_none() -> None:
    assert looked(Changes(OLD), (0, NEW), (0.5, OLD), (5, OLD)) == []


def test_taking_back_a_change_that_was_deployed_is_another_one() -> None:
    assert looked(Changes(OLD), (0, NEW), (1, NEW), (2, OLD), (3, OLD)) == [1, 3]


def test_files_that_are_looked_at_later_are_no_change_as_they_are() -> None:
    changes = Changes(OLD)
    changes.know(files(b=1))
    both, other = {**OLD, **files(b=1)}, {**OLD, **files(b=2)}
    assert looked(changes, (0, both), (1, both)) == []
    assert looked(changes, (2, other), (3, other)) == [3]
