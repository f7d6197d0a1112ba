"""Moving elements in a tree."""

from __future__ import annotations

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.tree import detach, put_after, put_before, replace, set_text


@pytest.fixture
def root() -> xml.Element:
    return xml.parse(b"<r>0<a/>1<b/>2</r>")


def new(tag: str) -> xml.Element:
    return xml.parse(f"<{tag}/>".encode())


def test_the_text_behind_a_detached_element_stays(root: xml.Element) -> None:
    b = detach(root[1])
    assert b.getparent() is None
    assert xml.text_of(root) == "<r>0<a/>12</r>"
    assert b.tail is None
    detach(root[0])
    assert xml.text_of(root) == "<r>012</r>"


def test_a_root_is_detached_already(root: xml.Element) -> None:
    assert detach(root) is root


def test_elements_are_put_before_another_in_their_order(root: xml.Element) -> None:
    put_before(root[1], [new("x"), new("y")])
    assert xml.text_of(root) == "<r>0<a/>1<x/><y/><b/>2</r>"


def test_an_element_is_put_right_behind_another(root: xml.Element) -> None:
    put_after(root[0], new("x"))
    assert xml.text_of(root) == "<r>0<a/><x/>1<b/>2</r>"


def test_an_element_moves_within_its_tree(root: xml.Element) -> None:
    put_before(root[0], [root[1]])
    assert xml.text_of(root) == "<r>0<b/><a/>12</r>"


def test_elements_take_the_place_of_another(root: xml.Element) -> None:
    replace(root[0], [new("x"), new("y")])
    assert xml.text_of(root) == "<r>0<x/><y/>1<b/>2</r>"


def test_a_new_text_stands_behind_the_children_that_stay(root: xml.Element) -> None:
    set_text(root, "new")
    assert xml.text_of(root) == "<r><a/><b/>new</r>"
    set_text(root[0], "\0")
    assert root[0].text == "\ufffd"


def test_nothing_stands_beside_a_root(root: xml.Element) -> None:
    for move in (put_before, replace):
        with pytest.raises(MediationError, match="<r> is a root"):
            move(root, [new("x")])
    with pytest.raises(MediationError, match="<r> is a root"):
        put_after(root, new("x"))
