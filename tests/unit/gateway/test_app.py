"""The gateway spoken to in ASGI: routing and pages, without a server."""

import asyncio
import json

import pytest

from apns_connector.gateway.app import Gateway

ENVELOPE = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'


def ask(gateway, method="GET", path="/", body=b"", headers=(), **scope):
    """Status, headers and body of the answer to one request."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(event) -> None:
        sent.append(event)

    fields = [(b"host", b"h"), (b"content-type", b"text/xml"), *headers]
    basics = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": fields,
    }
    asyncio.run(gateway(basics | scope, receive, send))
    start, content = sent
    return start["status"], dict(start["headers"]), content["body"]


@pytest.fixture
def gateway(configuration):
    return Gateway(configuration)


def test_a_posted_message_goes_to_its_proxy_and_its_answer_back(gateway):
    status, headers, body = ask(gateway, "POST", "/services/Echo", ENVELOPE)
    assert (status, headers[b"content-type"]) == (200, b"text/xml; charset=UTF-8")
    assert body.endswith(ENVELOPE)
    assert gateway.requests_in_progress == 0


@pytest.mark.parametrize("path", ["/services", "/services/"])
def test_the_services_are_listed(gateway, path):
    assert json.loads(ask(gateway, path=path)[2]) == {"services": ["Echo"]}


def test_health_tells_the_requests_in_progress(gateway):
    assert json.loads(ask(gateway, path="/health")[2]) == {"status": "ok", "requests": 0}


@pytest.mark.parametrize(
    ("scheme", "public_url", "location"),
    [
        ("http", None, b"http://h/services/Echo.EchoHttpSoap11Endpoint"),
        ("https", None, b"https://h/services/Echo.EchoHttpsSoap11Endpoint"),
        ("http", "https://p:1/", b"https://p:1/services/Echo.EchoHttpsSoap11Endpoint"),
    ],
)
def test_a_wsdl_names_the_address_the_client_sees(configuration, scheme, public_url, location):
    gateway = Gateway(configuration, public_url=public_url)
    status, headers, body = ask(gateway, path="/services/Echo", query_string=b"wsdl", scheme=scheme)
    assert (status, headers[b"content-type"]) == (200, b"text/xml; charset=UTF-8")
    assert b'location="%b"' % location in body


def test_a_browser_is_refused_in_text_and_a_soap_client_with_a_fault(gateway):
    status, headers, body = ask(gateway, path="/services/None")
    assert (status, headers[b"content-type"]) == (404, b"text/plain; charset=UTF-8")
    assert body == b"There is no service at /services/None\n"
    status, headers, body = ask(gateway, "POST", "/services/None", ENVELOPE)
    assert (status, headers[b"content-type"]) == (404, b"text/xml; charset=UTF-8")
    assert b"<faultstring>There is no service at /services/None</faultstring>" in body


def test_a_client_that_holds_its_body_back_is_refused_with_the_end_of_the_connection(gateway):
    expecting = [(b"expect", b"100-continue")]
    assert ask(gateway, "POST", "/none", headers=expecting)[1][b"connection"] == b"close"
    assert b"connection" not in ask(gateway, "POST", "/none")[1]


def test_mounted_applications_are_asked_by_the_first_segment_of_the_path(configuration):
    async def console(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    gateway = Gateway(configuration, mounts={"console": console})
    assert ask(gateway, path="/console/x") == (200, {}, b"/console/x")
    assert ask(gateway, path="/console") == (200, {}, b"/console")
    assert ask(gateway, path="/consoles")[0] == 404
    assert ask(gateway, path="/services")[0] == 200


def test_the_lifespan_is_answered(gateway):
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive():
        return events.pop(0)

    async def send(event) -> None:
        sent.append(event["type"])

    asyncio.run(gateway({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
