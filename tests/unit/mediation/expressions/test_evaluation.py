"""What expressions of every language share."""

from __future__ import annotations

from typing import Any

import pytest

from apns_connector.mediation.expressions.evaluation import Expression


class Fixed(Expression):
    """Gives what it was made with."""

    def __init__(self, result: Any) -> None:
        super().__init__("fixed")
        self.result = result

    def value(self, message: Any) -> Any:
        return self.result

    text = boolean = parameter = value


@pytest.mark.parametrize(
    ("result", "nodes"), [(None, []), ("x", ["x"]), ([1, 2], [1, 2]), ([], []), ({}, [{}])]
)
def test_every_result_is_a_list_of_nodes_to_who_asks_for_one(result: Any, nodes: Any) -> None:
    assert Fixed(result).nodes(None) == nodes  # type: ignore[arg-type]
