"""<switch>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment

Mediate = Callable[..., Any]
CASES = (
    "<case regex='a+'><property name='ran' value='first'/></case>"
    "<case regex='a.*'><property name='ran' value='second'/></case>"
)
DEFAULT = "<default><property name='ran' value='default'/></default>"


@pytest.mark.parametrize(
    ("text", "ran"), [("aa", "first"), ("ab", "second"), ("b", "default"), (None, "default")]
)
def test_the_first_case_that_matches_the_whole_text_runs(
    mediate: Mediate, text: str | None, ran: str
) -> None:
    content = f"<switch source='$ctx:x'>{CASES}{DEFAULT}<default><drop/></default></switch>"
    assert mediate(content, properties={"x": text}).properties["ran"] == ran


def test_without_a_match_and_default_the_flow_goes_on(mediate: Mediate) -> None:
    ran = mediate(f"<switch source=\"'b'\">{CASES}</switch>")
    assert ran.result is True
    assert ran.properties == {}


def test_the_result_is_that_of_the_case(mediate: Mediate) -> None:
    content = "<switch source=\"'a'\"><case regex='a'><drop/></case></switch>"
    assert mediate(content).result is False


def test_a_case_may_be_a_sequence_by_key(mediate: Mediate) -> None:
    ran = mediate(
        "<switch source=\"'a'\"><case regex='a' sequence='named'/></switch>",
        definitions="<sequence name='named'><property name='ran' value='named'/></sequence>",
    )
    assert ran.properties == {"ran": "named"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("<switch/>", "'source'"), ("<switch source='1'><case/></switch>", "'regex'")],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)


@pytest.mark.parametrize(
    ("source", "chosen"),
    [("json-eval($.kind)", "push"), ("${payload.kind}", "push"), ("json-eval($.none)", "default")],
)
def test_the_source_may_be_json(mediate: Mediate, source: str, chosen: str) -> None:
    ran = mediate(
        f"<switch source='{source}'><case regex='pu.h'><property name='ran' value='push'/></case>"
        "<default><property name='ran' value='default'/></default></switch>",
        json={"kind": "push"},
    )
    assert ran.properties == {"ran": chosen}
