import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.actual import (
    HttpAnswer,
    Outcome,
    actual_of_sequence,
    actual_of_service,
)
from apns_connector.flow_tests.building import build
from apns_connector.flow_tests.reading import read_suite
from apns_connector.flow_tests.running import message_of
from apns_connector.flow_tests.suite import Input, InputProperty

GOT = [{"payload": {"aps": {"alert": "Hello"}}, "status": 200, "reason": None}]


@pytest.fixture
def left(project):
    """The message of a payload and properties."""
    suite = read_suite(project())

    def make(payload, *properties):
        configuration, _ = build(suite, classes={}, libraries=[], environment={})
        given = Input(payload, properties=tuple(InputProperty(*one) for one in properties))
        return Outcome(message_of(given, configuration), GOT)

    return make


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$body", "<a><b>1</b></a>"),
        ("$payload", "<a><b>1</b></a>"),
        ("$ctx:x", "default"),
        ("$axis2:x", "axis2"),
        ("$trp:X", "header"),
        ("${properties.synapse.x}", "default"),
        ("//b", "1"),
        ("$ctx:nothing", None),
        ("$apns:$[0].payload.aps.alert", "Hello"),
        ("$apns:$[0].status", "200"),
        ("$apns:$[0].reason", None),
        ("$apns:$[1].reason", None),
        ("$apns", '[{"payload":{"aps":{"alert":"Hello"}},"status":200,"reason":null}]'),
    ],
)
def test_of_a_sequence_the_message_is_asked(left, source, text):
    outcome = left(
        "<a><b>1</b></a>", ("x", "default", "default"), ("x", "axis2", "axis2"),
        ("X", "header", "transport"),
    )  # fmt: skip
    assert actual_of_sequence(source, {}).read(outcome) == text


@pytest.mark.parametrize(
    ("payload", "body"), [('{"a": 1}', '{"a":1}'), ("text", "text"), (None, None)]
)
def test_a_body_is_what_was_sent_in_any_form(left, payload, body):
    assert actual_of_sequence("$body", {}).read(left(payload)) == body


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$body", "<a/>"),
        ("$payload", "<a/>"),
        ("$statusCode", "202"),
        ("$httpCode", "202"),
        ("$httpVersion", "HTTP/1.1"),
        ("$trp:X-Id", "7"),
        ("$trp:X-Other", None),
        ("$apns:$.length()", "1"),
    ],
)
def test_of_a_service_the_answer_is_asked(source, text):
    outcome = Outcome(HttpAnswer(202, {"x-id": "7"}, b"<a/>"), GOT)
    assert actual_of_service(source).read(outcome) == text


def test_nothing_else_can_be_asked_of_a_service():
    with pytest.raises(ConfigurationError, match=r"'\$ctx:x' cannot be asked of a proxy"):
        actual_of_service("$ctx:x")


def test_an_expression_that_can_never_work_is_refused_at_once():
    with pytest.raises(ConfigurationError):
        actual_of_sequence("$statusCode(", {})
