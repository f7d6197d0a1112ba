"""<respond/>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_the_message_becomes_the_answer_and_the_flow_ends(mediate: Callable[..., Any]) -> None:
    ran = mediate("<respond/>", values={"to": "/x"})
    assert ran.response is ran.message
    assert ran.message.response
    assert ran.message.to is None
    assert ran.result is False
