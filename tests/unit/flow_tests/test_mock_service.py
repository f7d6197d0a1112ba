import asyncio

import pytest

from apns_connector.errors import TransportError
from apns_connector.flow_tests.mock_service import (
    MockBackends,
    MockResource,
    MockService,
    repoint,
    repointed,
)
from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.transport import OutboundReply, OutboundRequest


def service(*resources: MockResource, context: str = "/v1/names") -> MockService:
    return MockService("Names", 9090, context, resources)


def asked(backends: MockBackends, method: str, url: str, **values: object) -> OutboundReply:
    return asyncio.run(backends.exchange(OutboundRequest(method, url, **values)))


@pytest.mark.parametrize(
    ("address", "context", "expected"),
    [
        ("https://names.example/v1/names", "/v1/names", "/v1/names"),
        ("https://names.example/v1/names/{uri.var.id}?x=1", "/v1/names",
         "/v1/names/{uri.var.id}?x=1"),
        ("https://names.example:8443/api/v1/names/1", "/v1/names", "/v1/names/1"),
        ("https://names.example/v1/namesake", "/v1/names", "/v1/names"),
        ("$SYSTEM:NAMES", "/v1/names", "/v1/names"),
        ("{uri.var.host}/v1/names/{uri.var.id}", "/v1/names/", "/v1/names/{uri.var.id}"),
        ("https://names.example/all/of/it", "/", "/all/of/it"),
    ],
)  # fmt: skip
def test_an_address_leads_to_the_mock_service_and_keeps_its_path(address, context, expected):
    assert repointed(address, service(context=context)) == f"http://localhost:9090{expected}"


def test_the_legacy_encoding_of_an_address_stays():
    assert repointed("legacy-encoding:http://h/v1/names/1", service()) == (
        "legacy-encoding:http://localhost:9090/v1/names/1"
    )


def test_only_endpoints_of_that_name_are_led_elsewhere():
    artifact = xml.parse(
        b"<proxy xmlns='http://ws.apache.org/ns/synapse'>"
        b"<endpoint name='Names'><address uri='http://a/v1/names'/></endpoint>"
        b"<endpoint name='Others'><address uri='http://b/'/></endpoint>"
        b"<endpoint><http uri-template='http://c/'/></endpoint></proxy>"
    )
    repoint(artifact, [service()])
    assert artifact.xpath("//@uri | //@uri-template") == [
        "http://localhost:9090/v1/names", "http://b/", "http://c/",
    ]  # fmt: skip


def test_a_request_gets_the_answer_of_the_first_resource_it_fits():
    backends = MockBackends([
        service(
            MockResource("/1", "GET", 200, '{"name": "Ada"}'),
            MockResource("", "POST", 201, request_payload="<n> <a/> </n>"),
            MockResource("/", "POST", 403, request_headers=(("X-Key", "2"),)),
            MockResource("/find?name=Ada", "GET", 204),
        )
    ])  # fmt: skip
    base = "http://localhost:9090/v1/names"
    found = asked(backends, "GET", f"{base}/1?verbose=1")
    assert (found.status, found.body) == (200, b'{"name": "Ada"}')
    assert found.header("content-type") == "application/json"
    assert asked(backends, "POST", base, body=b"<n><a/></n>").status == 201
    assert asked(backends, "POST", base, headers=(("x-key", "2"),)).status == 403
    assert asked(backends, "GET", f"{base}/find?name=Ada").status == 204
    assert backends.unanswered == []


def test_a_content_type_that_is_given_is_not_guessed():
    backends = MockBackends([
        service(MockResource("/", "GET", 200, "<a/>", headers=(("content-type", "text/xml"),)))
    ])  # fmt: skip
    answer = asked(backends, "GET", "http://127.0.0.1:9090/v1/names/")
    assert answer.headers == (("content-type", "text/xml"),)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/2"), ("POST", "/1"), ("GET", "/find?name=Bob"), ("GET", "/find")]
)
def test_a_request_that_fits_no_resource_is_told(method, path):
    resources = (MockResource("/1", "GET", 200), MockResource("/find?name=Ada", "GET", 200))
    backends = MockBackends([service(*resources)])
    assert asked(backends, method, f"http://localhost:9090/v1/names{path}").status == 404
    (told,) = backends.unanswered
    assert told.startswith(f"mock service 'Names' has no resource for {method} /v1/names/")


def test_no_other_backend_is_asked_and_its_query_is_not_told():
    backends = MockBackends([service()])
    with pytest.raises(TransportError) as raised:
        asked(backends, "GET", "https://bank.example/v1/names?key=s3cret")
    assert raised.value.code == 101503
    assert backends.unanswered == [
        "no mock service stands in for https://bank.example, which was not asked"
    ]
