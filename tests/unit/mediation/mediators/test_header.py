"""<header>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation import xml
from apns_connector.mediation.mediators.header import ADDRESSING

Mediate = Callable[..., Any]


@pytest.mark.parametrize(("name", "attribute"), ADDRESSING.items())
def test_addressing_values_are_set_and_removed(mediate: Mediate, name: str, attribute: str) -> None:
    assert getattr(mediate(f"<header name='{name}' value='x'/>").message, attribute) == "x"
    ran = mediate(f"<header name='{name}' value='x'/><header name='{name}' action='remove'/>")
    assert getattr(ran.message, attribute) is None


def test_a_block_is_added_not_replaced(mediate: Mediate) -> None:
    message = mediate(
        "<header name='a:h' value='1'/><header name='a:h' expression='//x'/>"
        "<header name='a:h' expression='$ctx:none'/>",
        payload="<r><x>2</x></r>",
    ).message
    assert [block.text for block in message.header] == ["1", "2", ""]
    assert {block.tag for block in message.header} == {"{urn:a}h"}
    assert message.envelope.index(message.header) == 0


def test_remove_takes_all_blocks_of_the_name(mediate: Mediate) -> None:
    message = mediate(
        "<header name='a:h' action='remove'/>",
        values={"header": "<a:h xmlns:a='urn:a'/><a:h xmlns:a='urn:a'/><h/>"},
    ).message
    assert [block.tag for block in message.header] == ["h"]


def test_removing_from_a_message_without_header_is_fine(mediate: Mediate) -> None:
    assert mediate("<header name='a:h' action='remove'/>").message.header is None


def test_inline_blocks_are_copied_into_each_message(mediate: Mediate) -> None:
    message = mediate("<header><h xmlns=''>1</h><i xmlns=''/></header>").message
    assert [xml.text_of(block) for block in message.header] == ["<h>1</h>", "<i/>"]


def test_transport_headers_are_set_and_removed(mediate: Mediate) -> None:
    transport = "scope='transport'"
    message = mediate(
        f"<header name='X-A' value='1' {transport}/><header name='X-B' expression='$ctx:none' "
        f"{transport}/><header name='X-C' action='remove' {transport}/>",
        values={"headers": [("x-c", "old")]},
    ).message
    assert dict(message.properties.transport) == {"X-A": "1", "X-B": ""}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<header/>", "'name'"),
        ("<header name='To'/>", "'value' or 'expression'"),
        ("<header name='Custom' value='x'/>", "'Custom' is none of"),
        ("<header name='b:h' value='x'/>", "prefix 'b'"),
        ("<header name='To' value='x' scope='axis2'/>", "scope 'axis2'"),
        ("<header name='To' value='x' action='add'/>", "action 'add'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)


def test_values_may_come_out_of_json_which_stays_json(mediate: Mediate) -> None:
    ran = mediate(
        "<header name='To' expression='json-eval($.to)'/>"
        "<header name='X-Id' expression='${payload.id}' scope='transport'/>"
        "<header name='a:h' expression='json-eval($.id)'/>",
        json={"to": "/x", "id": 7},
    )
    assert ran.message.to == "/x"
    assert ran.message.properties.get("x-id", "transport") == "7"
    assert ran.message.header[0].text == "7"
    assert ran.message.json == {"to": "/x", "id": 7}
