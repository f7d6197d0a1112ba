"""<in> and <out>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Mediate = Callable[..., Any]
BOTH = (
    "<in><property name='ran' value='in'/></in><out><property name='ran' value='out'/></out>"
    "<property name='after' value='1'/>"
)


@pytest.mark.parametrize(("response", "ran"), [("false", "in"), ("true", "out")])
def test_each_is_for_messages_of_one_direction(mediate: Mediate, response: str, ran: str) -> None:
    done = mediate(f"<property name='RESPONSE' value='{response}'/>{BOTH}")
    assert done.properties["ran"] == ran
    assert done.properties["after"] == "1"


def test_a_false_inside_ends_the_flow(mediate: Mediate) -> None:
    assert mediate("<in><drop/></in>").result is False
    assert mediate("<out><drop/></out>").result is True
