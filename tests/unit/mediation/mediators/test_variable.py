"""<variable>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError

Mediate = Callable[..., Any]

ORDER = {"id": 7, "items": [{"n": 1}], "note": "5", "none": None}


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        ("value='x'", "x"),
        ("value='5' type='INTEGER'", 5),
        ("value='[1]' type='JSON'", [1]),
        ("value='true' type='BOOLEAN'", True),
        ("expression='${payload.id}'", 7),
        ("expression='${payload.id}' type='STRING'", "7"),
        ("expression='${payload.id}' type='LONG'", 7),
        ("expression='${payload.note}' type='INTEGER'", 5),
        ("expression='${payload.items}'", [{"n": 1}]),
        ("expression='${payload.items[0]}' type='JSON'", {"n": 1}),
        ("expression='json-eval($.items[0].n)'", 1),
        ("expression='//id/text()' type='DOUBLE'", 7.0),
    ],
)
def test_a_variable_is_set_with_its_type(mediate: Mediate, attributes: str, value: Any) -> None:
    ran = mediate(f"<variable name='v' {attributes}/>", json=ORDER)
    assert ran.result is True
    assert ran.message.variables == {"v": value}
    assert type(ran.message.variables["v"]) is type(value) or value == [1] or value == [{"n": 1}]
    assert ran.properties == {}


def test_xml_is_an_element_of_its_own_or_of_the_message(mediate: Mediate) -> None:
    ran = mediate(
        "<variable name='a' value='&lt;a/&gt;' type='XML'/>"
        "<variable name='b' expression=\"${xpath('//b')}\" type='XML'/>",
        payload="<r><b>1</b></r>",
    )
    assert ran.message.variables["a"].tag == "a"
    assert ran.message.variables["b"].text == "1"


@pytest.mark.parametrize("expression", ["${payload.none}", "${payload.missing}", "$ctx:missing"])
def test_null_leaves_the_old_value(mediate: Mediate, expression: str) -> None:
    ran = mediate(
        f"<variable name='v' value='old'/><variable name='v' expression='{expression}'/>",
        json=ORDER,
    )
    assert ran.message.variables == {"v": "old"}


def test_remove_forgets_a_variable(mediate: Mediate) -> None:
    ran = mediate("<variable name='v' value='x'/><variable name='v' action='remove'/>"
                  "<variable name='none' action='remove'/>")  # fmt: skip
    assert ran.message.variables == {}


def test_later_expressions_read_it(mediate: Mediate) -> None:
    ran = mediate(
        "<variable name='v' expression='${payload.items}'/>"
        "<property name='p' expression='${vars.v[0].n + 1}'/>",
        json=ORDER,
    )
    assert ran.properties == {"p": "2"}


def test_a_result_that_is_not_of_its_type_fails(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="is no INTEGER"):
        mediate("<variable name='v' expression='${payload.items}' type='INTEGER'/>", json=ORDER)


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ("value='x'", "needs the attribute 'name'"),
        ("name='v'", "needs the attribute 'value' or 'expression'"),
        ("name='v' value='x' type='OM'", "type 'OM' is none of"),
        ("name='v' value='x' type='INTEGER'", "'x' is no INTEGER"),
        ("name='v' expression='${'", "a value is expected"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, attributes: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(f"<variable {attributes}/>")
