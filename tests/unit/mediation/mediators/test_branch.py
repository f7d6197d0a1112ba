"""Branches of <filter> and <switch>."""

from __future__ import annotations

from apns_connector.mediation import xml
from apns_connector.mediation.mediator import Sequence
from apns_connector.mediation.mediators import MEDIATORS, NOT_SUPPORTED
from apns_connector.mediation.mediators.branch import branch_from_element
from apns_connector.mediation.mediators.operation import operation_from_element
from apns_connector.mediation.mediators.sequence import SequenceReference
from apns_connector.mediation.reading import Language, Reader


def reader() -> Reader:
    return Reader("x.xml", Language(MEDIATORS, NOT_SUPPORTED, operation_from_element))


def test_a_branch_with_a_key_refers_to_a_sequence() -> None:
    reading = reader()
    branch = branch_from_element(xml.parse(b"<then sequence='S'/>"), reading)
    assert isinstance(branch, SequenceReference)
    assert [(found.kind, found.key) for found in reading.references] == [("sequence", "S")]


def test_a_branch_without_a_key_holds_its_children() -> None:
    element = xml.parse(f"<then xmlns='{xml.SYNAPSE}'><drop/></then>".encode())
    branch = branch_from_element(element, reader())
    assert isinstance(branch, Sequence)
    assert len(branch.steps) == 1
