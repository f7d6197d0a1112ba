"""Operations of a connector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.library import Library

Mediate = Callable[..., Any]


@pytest.fixture
def push(library: Callable[..., Library], build: Any) -> Library:
    show = "<property name='shown' expression='$func:p'/>"
    return library({"push": build.template("push", "p", show)})


def test_a_comment_inside_a_parameter_is_no_part_of_it(mediate: Mediate, push: Library) -> None:
    ran = mediate("<apns.push><p>a<!-- x -->b</p></apns.push>", libraries=[push])
    assert ran.properties["shown"] == "ab"


def test_namespaces_of_an_expression_are_those_of_its_element(
    mediate: Mediate, push: Library
) -> None:
    ran = mediate(
        "<apns.push><p xmlns:n='urn:n'>{//n:x/text()}</p></apns.push>",
        libraries=[push],
        payload="<x xmlns='urn:n'>1</x>",
    )
    assert ran.properties["shown"] == "1"


@pytest.mark.parametrize(
    ("parameter", "complaint"),
    [
        ("<p><x/></p>", "XML inside the parameter <p> is not supported yet"),
        ("<p>{//none:x}</p>", "prefix 'none'"),
        ("<p>{json-eval($.a[)}</p>", r"JSONPath \$\.a\[ is not valid at position"),
        ("<p>{${vars}}</p>", "a name is expected"),
    ],
)
def test_what_is_wrong_is_told(
    mediate: Mediate, push: Library, parameter: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(f"<apns.push>{parameter}</apns.push>", libraries=[push])
