"""A result goes into the body, into a variable, or into both, as in the Micro Integrator."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.operations.output import INTO_BODY, Output

PAYLOAD = {"success": True}


def put(message, output: Output, status: int | None = None):
    def replace():
        message.replace_payload(etree.fromstring("<result/>"))

    output.put(message, lambda: PAYLOAD, status, replace)
    return message


def test_without_a_variable_the_body_is_replaced(message):
    done = put(message(), INTO_BODY)
    assert done.payload.tag == "result"
    assert done.variables == {}


def test_the_body_of_a_json_message_becomes_json(message):
    received = message()
    received.replace_json({"request": 1})
    assert put(received, INTO_BODY).json == PAYLOAD


def test_a_variable_leaves_the_body_alone(message):
    done = put(message(), Output("result"), 200)
    assert done.payload.tag == "request"
    assert done.variables == {
        "result": {"payload": PAYLOAD, "headers": {}, "attributes": {"statusCode": 200}}
    }


def test_a_variable_and_the_body_share_the_result(message):
    done = put(message(), Output("result", overwrite_body=True))
    assert done.payload.tag == "result"
    assert done.variables == {"result": {"payload": None, "headers": {}, "attributes": {}}}


@pytest.mark.parametrize("variable", [None, "result"])
def test_a_body_that_is_not_to_be_overwritten_stays(message, variable):
    assert put(message(), Output(variable, overwrite_body=False)).payload.tag == "request"
