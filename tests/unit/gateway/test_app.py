"""The gateway spoken to in ASGI: routing and pages, without a server."""

import asyncio
import json

import pytest

from apns_connector.gateway.app import Gateway
from apns_connector.gateway.client_address import read_networks
from apns_connector.gateway.cors import Cors
from apns_connector.mediation.configuration import read_deployment

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


APIS = """<definitions xmlns="http://ws.apache.org/ns/synapse">
  <api name="A" context="/a">
    <resource methods="GET HEAD" uri-template="/{x}"><inSequence>
      <property name="X-Var" expression="get-property('uri.var.x')" scope="transport"/><respond/>
    </inSequence></resource>
    <resource methods="PUT" uri-template="/{x}"><inSequence><drop/></inSequence></resource>
  </api>
  MAIN
</definitions>"""


def serving(folder, main="", **values):
    (folder / "synapse.xml").write_text(APIS.replace("MAIN", main))
    return Gateway(read_deployment(folder, classes={}), **values)


def test_a_request_goes_to_the_api_of_its_context(tmp_path):
    gateway = serving(tmp_path)
    raw = {"raw_path": b"/a/b%2Fc"}
    status, headers, _ = ask(gateway, path="/a/b/c", **raw)
    assert (status, headers[b"x-var"]) == (200, b"b/c")
    assert ask(gateway, "PUT", "/a/b", ENVELOPE)[0] == 202
    assert gateway.requests_in_progress == 0


@pytest.mark.parametrize(
    ("attributes", "path", "scheme", "status"),
    [
        ("", "/services/P", "http", 200),
        ("", "/services/P/mediate", "http", 200),
        ("", "/services/P.PHttpsSoap12Endpoint", "https", 200),
        ('transports="https"', "/services/P", "https", 200),
        ('transports="https"', "/services/P", "http", 404),
        ('startOnLoad="false"', "/services/P", "http", 503),
    ],
)
def test_a_proxy_is_reached_by_its_names_and_transports_once_it_is_started(
    tmp_path, attributes, path, scheme, status
):
    gateway = serving(
        tmp_path,
        f'<proxy name="P" {attributes}>'
        "<target><inSequence><respond/></inSequence></target></proxy>",
    )
    assert ask(gateway, "POST", path, ENVELOPE, scheme=scheme)[0] == status


def test_a_flow_sees_the_client_that_a_trusted_proxy_names(tmp_path):
    main = "".join(
        f"<property name='{name}' expression=\"$axis2:{name}\" scope='transport'/>"
        for name in ("REMOTE_ADDR", "REMOTE_HOST")
    )
    main = f"<sequence name='main'>{main}<respond/></sequence>"
    fields = [(b"x-forwarded-for", b"203.0.113.5"), (b"x-forwarded-host", b"example.com")]
    for trusted, client in (((), b"10.0.0.1"), (read_networks(["10.0.0.1"]), b"203.0.113.5")):
        gateway = serving(tmp_path, main, trusted=trusted)
        headers = ask(gateway, headers=fields, client=("10.0.0.1", 5))[1]
        assert headers[b"remote_addr"] == client
        assert headers.get(b"remote_host") == (b"example.com" if trusted else None)


def test_what_an_api_does_not_take_is_told_with_the_methods_that_it_does(tmp_path):
    gateway = serving(tmp_path)
    assert ask(gateway, path="/a/b/c")[0] == 404
    status, headers, body = ask(gateway, "DELETE", "/a/b")
    assert (status, headers[b"allow"]) == (405, b"GET, HEAD, PUT")
    assert body == b"DELETE is not possible here, only GET, HEAD, PUT\n"
    status, headers, body = ask(gateway, "POST", "/a/b", ENVELOPE)
    assert (status, headers[b"content-type"]) == (405, b"text/xml; charset=UTF-8")
    status, headers, body = ask(gateway, "OPTIONS", "/a/b")
    assert (status, headers[b"allow"], body) == (200, b"GET, HEAD, PUT", b"")


def test_answers_of_apis_and_no_others_are_for_the_pages_that_are_allowed(tmp_path):
    gateway = serving(tmp_path, cors=Cors(("https://page",)))
    origin = [(b"origin", b"https://page")]
    for method, path in (("OPTIONS", "/a/b"), ("GET", "/a/b"), ("DELETE", "/a/b")):
        headers = ask(gateway, method, path, headers=origin)[1]
        assert headers[b"access-control-allow-origin"] == b"https://page"
    assert b"access-control-allow-origin" not in ask(gateway, path="/health", headers=origin)[1]


def test_what_is_for_nobody_runs_through_main_where_a_deployment_has_one(tmp_path):
    gateway = serving(tmp_path, '<sequence name="main"><respond/></sequence>')
    assert ask(gateway, "POST", "/none", ENVELOPE)[0] == 200
    assert ask(gateway, path="/")[0] == 200
    assert ask(gateway, "POST", "/services/None", ENVELOPE)[0] == 404
    assert ask(serving(tmp_path), "POST", "/none", ENVELOPE)[0] == 404


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


def renamed(folder, name):
    """A deployment whose only proxy sends its own name back."""
    (folder / "synapse.xml").write_text(
        "<definitions xmlns='http://ws.apache.org/ns/synapse'>"
        f"<proxy name='{name}'><target><inSequence><log/><respond/></inSequence></target></proxy>"
        "</definitions>"
    )
    return read_deployment(folder, classes={})


def test_another_configuration_is_served_from_the_next_request_on(gateway, tmp_path):
    gateway.replace(renamed(tmp_path, "Other"))
    assert json.loads(ask(gateway, path="/services")[2]) == {"services": ["Other"]}
    assert ask(gateway, "POST", "/services/Other", ENVELOPE)[0] == 200
    assert ask(gateway, "POST", "/services/Echo", ENVELOPE)[0] == 404


def test_a_request_in_progress_ends_in_the_configuration_in_which_it_began(
    gateway, configuration, tmp_path
):
    other = renamed(tmp_path, "Other")
    sent = []
    seen = []

    async def scenario() -> None:
        began, changed = asyncio.Event(), asyncio.Event()

        async def receive():
            began.set()
            await changed.wait()
            return {"type": "http.request", "body": ENVELOPE}

        async def send(event) -> None:
            sent.append(event)

        fields = [(b"host", b"h"), (b"content-type", b"text/xml")]
        scope = {"type": "http", "method": "POST", "path": "/services/Echo", "query_string": b""}
        asking = asyncio.create_task(gateway(scope | {"headers": fields}, receive, send))
        await began.wait()
        gateway.replace(other)
        seen.append(gateway.requests_in_progress)
        changed.set()
        await asking

    asyncio.run(scenario())
    assert seen == [1]
    assert sent[0]["status"] == 200
    assert sent[1]["body"].endswith(ENVELOPE)
    assert gateway.requests_in_progress == 0


def test_the_lifespan_is_answered(gateway):
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive():
        return events.pop(0)

    async def send(event) -> None:
        sent.append(event["type"])

    asyncio.run(gateway({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
