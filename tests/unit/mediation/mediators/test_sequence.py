"""<sequence>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError

Mediate = Callable[..., Any]
NAMED = "<sequence name='named'><property name='ran' value='1'/>{0}</sequence>"


def test_a_key_runs_the_sequence_and_gives_its_result(mediate: Mediate) -> None:
    ran = mediate("<sequence key='named'/>", definitions=NAMED.format(""))
    assert (ran.result, ran.properties) == (True, {"ran": "1"})
    assert mediate("<sequence key='named'/>", definitions=NAMED.format("<drop/>")).result is False


def test_a_key_may_be_an_expression(mediate: Mediate) -> None:
    ran = mediate(
        "<sequence key='{$ctx:k}'/>", definitions=NAMED.format(""), properties={"k": "named"}
    )
    assert ran.properties["ran"] == "1"


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [({}, "evaluates to nothing"), ({"k": "none"}, "Sequence named none cannot be found")],
)
def test_a_key_that_leads_nowhere_fails(
    mediate: Mediate, properties: dict[str, str], complaint: str
) -> None:
    with pytest.raises(MediationError, match=complaint):
        mediate("<sequence key='{$ctx:k}'/>", properties=properties)


def test_a_sequence_may_be_written_on_the_spot(mediate: Mediate) -> None:
    ran = mediate("<sequence name='here'><property name='ran' value='1'/></sequence>")
    assert ran.properties == {"ran": "1"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<sequence/>", "'name'"),
        ("<sequence key=''/>", "'key'"),
        ("<sequence key='tested' onError='tested'/>", "onError belongs to the definition"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
