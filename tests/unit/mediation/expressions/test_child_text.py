"""Which XPaths ask for the text of a child, and how those of several children are found."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.mediation.expressions import child_text as module
from apns_connector.mediation.expressions.child_text import (
    ChildText,
    ChildTexts,
    Parent,
    child_text,
)

NAMESPACES = {"a": "urn:a", "b": "urn:b"}
P = Parent("//p", ())


@pytest.mark.parametrize(
    ("source", "parent", "tag"),
    [
        ("//p/x/text()", P, "x"),
        (" //p/x/text() ", P, "x"),
        ("/q/p/x/text()", Parent("/q/p", ()), "x"),
        ("/q//p/x-1.y/text()", Parent("/q//p", ()), "x-1.y"),
        ("//a:p/a:x/text()", Parent("//a:p", (("a", "urn:a"),)), "{urn:a}x"),
        ("//b:q/a:p/x/text()", Parent("//b:q/a:p", (("a", "urn:a"), ("b", "urn:b"))), "x"),
        ("//p/b:x/text()", P, "{urn:b}x"),
        ("/and/or/text()", Parent("/and", ()), "or"),
    ],
)
def test_a_path_of_names_that_ends_with_the_text_of_a_child(
    source: str, parent: Parent, tag: str
) -> None:
    assert child_text(source, NAMESPACES) == ChildText(parent, tag)


@pytest.mark.parametrize(
    "source",
    [
        "//x/text()/..",
        "/x/text()",
        "//x/text()",
        "//p//x/text()",
        "p/x/text()",
        "//p/x",
        "//p/x/node()",
        "//p/x/text()[1]",
        "//p[1]/x/text()",
        "//p/*/text()",
        "//p/@x",
        "//p/./x/text()",
        "//q | //p/x/text()",
        "//q|//p/x/text()",
        "1 div //p/x/text()",
        "//p/child::x/text()",
        "$body/p/x/text()",
        "string(//p/x/text())",
        "//p / x/text()",
    ],
)
def test_any_other_expression_is_none_of_them(source: str) -> None:
    assert child_text(source, NAMESPACES) is None


def found(xml: str, path: str = "//p", **wanted: str) -> dict[str, str | None]:
    return ChildTexts(Parent(path, ()), wanted).find(etree.fromstring(xml))


def test_each_child_that_is_there_once_and_is_nothing_but_text_is_found() -> None:
    xml = "<e>\n<p> <x>one</x><!-- c --><y> two </y><?z z?><z>3</z><w>w</w>tail</p></e>"
    assert found(xml, x="X", y="Y", z="Z", none="N") == {"X": "one", "Y": " two ", "Z": "3"}


@pytest.mark.parametrize(
    "child",
    [
        "<x/>",
        "<x></x>",
        "<x>1</x><x>2</x>",
        "<x><y>1</y></x>",
        "<x>1<!-- c -->2</x>",
        "<x/><x>2</x>",
    ],
)
def test_a_child_that_is_anything_else_is_to_be_asked_for_by_itself(child: str) -> None:
    texts = found(f"<e><p>{child}<z>3</z></p></e>", x="X", z="Z")
    assert texts == {"X": None, "Z": "3"}


@pytest.mark.parametrize(
    "xml",
    [
        "<e><x>1</x></e>",
        "<e><p><x>1</x></p><p/></e>",
        "<e><p><x>1</x><p/></p></e>",
        f"<e><p><x>1</x>{'<y/>' * 30}</p></e>",
    ],
    ids=["no parent", "two parents", "one within the other", "many children"],
)
def test_without_a_single_parent_of_few_children_all_are_to_be_asked_for(xml: str) -> None:
    assert found(xml, x="X") == {}


def test_a_path_that_lxml_gives_up_is_left_to_whom_it_is_asked_for_by_itself() -> None:
    texts = ChildTexts(P, {"x": "X"})

    def fail(_: object) -> None:
        raise etree.XPathEvalError("too much")

    texts._parent = fail
    assert texts.find(etree.fromstring("<e><p><x>1</x></p></e>")) == {}


def test_a_text_that_is_too_long_is_told_by_whom_it_is_asked_for_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "TEXT_LIMIT", 3)
    assert found("<e><p><x>abc</x><y>abcd</y></p></e>", x="X", y="Y") == {"X": "abc", "Y": None}
