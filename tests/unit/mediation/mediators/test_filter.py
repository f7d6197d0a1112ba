"""<filter>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment

Mediate = Callable[..., Any]
THEN_ELSE = (
    "<then><property name='ran' value='then'/></then>"
    "<else><property name='ran' value='else'/></else>"
)


@pytest.mark.parametrize(
    ("condition", "branch"),
    [
        ("xpath='//x'", "then"),
        ("xpath='//none'", "else"),
        ("xpath=\"//x = 'abc'\"", "then"),
        ("source='//x' regex='a.c'", "then"),
        ("source='//x' regex='a'", "else"),
        ("source='$ctx:none' regex='.*'", "else"),
        ("source='//none' regex='.*'", "then"),
    ],
)
def test_the_condition_chooses_the_branch(mediate: Mediate, condition: str, branch: str) -> None:
    ran = mediate(f"<filter {condition}>{THEN_ELSE}</filter>", payload="<r><x>abc</x></r>")
    assert ran.properties == {"ran": branch}
    assert ran.result is True


def test_without_then_all_children_are_the_branch(mediate: Mediate) -> None:
    content = "<property name='a' value='1'/><property name='b' value='2'/>"
    assert mediate(f"<filter xpath='true()'>{content}</filter>").properties == {"a": "1", "b": "2"}
    assert mediate(f"<filter xpath='false()'>{content}</filter>").properties == {}


@pytest.mark.parametrize("content", ["<then/>", "<then/><else><drop/></else>", ""])
def test_true_without_content_goes_on(mediate: Mediate, content: str) -> None:
    assert mediate(f"<filter xpath='true()'>{content}</filter>").result is True


def test_branches_may_be_sequences_by_key(mediate: Mediate) -> None:
    definitions = (
        "<sequence name='yes'><property name='ran' value='yes'/></sequence>"
        "<sequence name='no'><property name='ran' value='no'/></sequence>"
    )
    for condition, ran in (("true()", "yes"), ("false()", "no")):
        content = (
            f"<filter xpath='{condition}'><then sequence='yes'/><else sequence='no'/></filter>"
        )
        assert mediate(content, definitions=definitions).properties == {"ran": ran}


def test_a_false_in_a_branch_is_the_result(mediate: Mediate) -> None:
    assert mediate("<filter xpath='1'><then><drop/></then></filter>").result is False
    assert mediate("<filter xpath='0'><then/><else><drop/></else></filter>").result is False


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<filter/>", "'xpath'"),
        ("<filter source='//x'/>", "'regex'"),
        ("<filter xpath='1'><else/></filter>", "<else> without <then>"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)


@pytest.mark.parametrize(
    ("condition", "branch"),
    [
        ("xpath='json-eval($.open)'", "then"),
        ("xpath='json-eval($.text)'", "else"),
        ("xpath='json-eval($.none)'", "else"),
        ("source='json-eval($.text)' regex='a.c'", "then"),
        ("source='json-eval($.none)' regex='.*'", "then"),
        ("xpath='${payload.n &gt; 3 and payload.open}'", "then"),
        ("xpath='${payload.none == null}'", "else"),
        ("source='${payload.text}' regex='b'", "else"),
    ],
)
def test_a_condition_may_be_about_json(mediate: Mediate, condition: str, branch: str) -> None:
    ran = mediate(
        f"<filter {condition}>{THEN_ELSE}</filter>", json={"open": True, "text": "abc", "n": 5}
    )
    assert ran.properties == {"ran": branch}
