import pytest

from apns_connector.gateway.headers import answer_headers, content_type_of, sendable
from apns_connector.mediation.bodies.form import Form

ENVELOPE12 = b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>'


def test_fields_of_the_flow_go_out_in_lower_case_and_as_text():
    assert list(sendable([("X-A", "1"), ("Retry-After", 5), ("Location", " /x ")])) == [
        ("x-a", "1"),
        ("retry-after", "5"),
        ("location", "/x"),
    ]


@pytest.mark.parametrize(
    "name",
    ["Connection", "keep-alive", "Transfer-Encoding", "Upgrade", "TE", "Content-Length",
     "Content-Type", "CONTENT-ENCODING", "Host", "Authorization", "Cookie", "SOAPAction", "Expect",
     "Date", "Server"],
)  # fmt: skip
def test_fields_that_belong_to_others_stay_behind(name):
    assert list(sendable([(name, "x")])) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nX-Evil: 1"), ("X-A", "a\nb"), ("X-A", "a\rb"), ("X-A", "a\0b"),
        ("X-A", "half a pair: \ud800"),
        ("X-A", "\x7f"), ("X A", "1"), ("X:A", "1"), ("X\r\nA", "1"), ("", "1"), ("\u00e4", "1"),
    ],
)  # fmt: skip
def test_a_field_that_could_begin_another_is_left_out_and_logged(name, value, caplog):
    assert list(sendable([(name, value), ("X-B", "kept")])) == [("x-b", "kept")]
    assert "has a character that HTTP forbids" in caplog.text
    assert "\r" not in caplog.records[0].getMessage()


def test_the_headers_of_a_request_come_back_but_for_those_that_belong_to_others(receive):
    message = receive(ENVELOPE12, "application/soap+xml", host="h").message
    assert answer_headers(message) == ()
    message.properties.set("X-A", "1", "transport")
    message.properties.set("Location", "/x", "transport")
    assert answer_headers(message) == (("x-a", "1"), ("location", "/x"))


@pytest.fixture
def received(receive):
    return receive(ENVELOPE12, 'application/soap+xml; action="urn:asked"')


def test_the_content_type_of_the_request_is_not_that_of_the_answer(received):
    assert content_type_of(received.message, Form.SOAP12, received) == (
        "application/soap+xml; charset=UTF-8"
    )


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ("application/vnd.push+xml", "application/vnd.push+xml; charset=UTF-8"),
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("text/xml\r\nX: 1", "application/soap+xml; charset=UTF-8"),
        (" ", "application/soap+xml; charset=UTF-8"),
    ],
)
def test_the_content_type_that_a_flow_sets_goes_out_unless_it_is_dangerous(received, wanted, sent):
    received.message.properties.set("ContentType", wanted, "axis2")
    assert content_type_of(received.message, Form.SOAP12, received) == sent


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("urn:answer", 'application/soap+xml; charset=UTF-8; action="urn:answer"'),
        ("urn:asked", "application/soap+xml; charset=UTF-8"),
        ('a"b', "application/soap+xml; charset=UTF-8"),
        ("a\r\nb", "application/soap+xml; charset=UTF-8"),
        ("", "application/soap+xml; charset=UTF-8"),
    ],
)
def test_an_action_of_its_own_is_told_by_a_soap_12_answer(received, action, sent):
    received.message.action = action
    assert content_type_of(received.message, Form.SOAP12, received) == sent


def test_soap_11_and_plain_xml_have_no_action(received):
    received.message.action = "urn:answer"
    assert content_type_of(received.message, Form.SOAP11, received) == "text/xml; charset=UTF-8"


def test_the_type_of_the_other_soap_version_is_not_that_of_the_answer(received):
    received.message.properties.set("ContentType", "text/xml; charset=UTF-8", "axis2")
    assert content_type_of(received.message, Form.SOAP12, received) == (
        "application/soap+xml; charset=UTF-8"
    )
