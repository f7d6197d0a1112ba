"""One mapping is the JSON of a result and its XML."""

from __future__ import annotations

from lxml import etree

from apns_connector.mediation.content import Content
from apns_connector.operations.result import Result


def envelope_of(result: Result):
    content = Content(None)
    result.put_envelope(content, "test")
    return content.envelope


def xml_of(result: Result) -> str:
    return etree.tostring(envelope_of(result)[0][0]).decode()


def test_a_result_without_content_is_its_success():
    assert Result().payload() == {"success": True}
    assert "<apns:successful>true</apns:successful>" in xml_of(Result())
    assert Result(success=False).payload() == {"success": False}


def test_members_are_elements_and_lists_have_one_for_each_item():
    result = Result({"count": 2, "devices": [{"index": 0, "ok": False}, {"index": 1}]})
    assert xml_of(result).endswith(
        "<apns:successful>true</apns:successful><apns:count>2</apns:count><apns:devices>"
        "<apns:device><apns:index>0</apns:index><apns:ok>false</apns:ok></apns:device>"
        "<apns:device><apns:index>1</apns:index></apns:device></apns:devices></apns:testResult>"
    )


def test_what_is_nothing_is_left_out_at_every_depth():
    result = Result({"cut": None, "devices": [{"reason": None, "index": 0}]})
    assert result.payload() == {"success": True, "devices": [{"index": 0}]}
    assert "reason" not in xml_of(result)
    assert "cut" not in xml_of(result)


def test_an_empty_list_is_there():
    result = Result({"channelIds": []})
    assert result.payload()["channelIds"] == []
    assert "<apns:channelIds/>" in xml_of(result)


def test_the_xml_may_have_less():
    result = Result({"status": 200, "cut": {"bytes": 3}}, json_only=frozenset({"status"}))
    assert "status" not in xml_of(result)
    assert "<apns:cut><apns:bytes>3</apns:bytes></apns:cut>" in xml_of(result)
    assert result.payload()["status"] == 200


def test_characters_that_no_xml_may_hold_are_replaced():
    envelope = envelope_of(Result({"reason": "a\x00"}))
    assert envelope[0][0][1].text == "a\ufffd"


def test_each_result_is_a_tree_of_its_own():
    first, second = envelope_of(Result({"count": 1})), envelope_of(Result())
    assert envelope_of(Result()) is not second
    assert b"count" in etree.tostring(first)
    assert b"count" not in etree.tostring(second)
