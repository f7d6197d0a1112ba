import pytest

from apns_connector.flow_tests.payload import content_type_of
from apns_connector.mediation.xml import SOAP11, SOAP12


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        (f'<e:Envelope xmlns:e="{SOAP11}"><e:Body/></e:Envelope>', "text/xml"),
        (f'<e:Envelope xmlns:e="{SOAP12}"><e:Body/></e:Envelope>', "application/soap+xml"),
        (" <order/> ", "application/xml"),
        ('{"a": 1}', "application/json"),
        ("[1]", "application/json"),
        ("{a}", "text/plain"),
        ("<order", "text/plain"),
        ("hello", "text/plain"),
    ],
)
def test_a_payload_tells_what_it_is(payload, content_type):
    assert content_type_of(payload) == content_type
