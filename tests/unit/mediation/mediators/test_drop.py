"""<drop/>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_the_flow_ends_without_an_answer(mediate: Callable[..., Any]) -> None:
    ran = mediate("<drop/>", values={"to": "/x"})
    assert ran.result is False
    assert ran.response is None
    assert ran.message.to is None
