"""Proxies in front of real backends: a client, the gateway and a backend over loopback sockets."""

from __future__ import annotations

import asyncio
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from apns_connector.mediation.soap import SoapVersion
from apns_connector.runtime import Runtime
from tests.integration.gateway.backend import Answer, Backend, Silent, raw, reply

SPACE = "http://ws.apache.org/ns/synapse"
SOAP11, SOAP12 = SoapVersion.SOAP11, SoapVersion.SOAP12


class Client:
    """Posts to the proxy P."""

    def __init__(self, port: int) -> None:
        self._port = port

    def post(
        self, body: str = "<q/>", version: SoapVersion = SOAP11, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        named = {"Content-Type": version.media_type}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request("POST", "/services/P", envelope(body, version), named)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, fields, answer.read()
        finally:
            connection.close()

    def fault(self) -> str:
        """The fault code of the answer to a request that fails."""
        status, _, body = self.post()
        assert status == 500, body
        code = etree.fromstring(body).findtext(".//faultcode")
        assert code is not None, body
        return code.partition(":")[2]


def envelope(body: str, version: SoapVersion = SOAP11) -> str:
    space = version.namespace
    return f"<e:Envelope xmlns:e='{space}'><e:Body>{body}</e:Body></e:Envelope>"


def body_of(answer: bytes, version: SoapVersion = SOAP11) -> etree._Element:
    found = etree.fromstring(answer).find(version.body)
    assert found is not None, answer
    return found


@pytest.fixture
def start() -> Iterator[Callable[[Answer], Backend]]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(Backend(answer))


@pytest.fixture
def serve(tmp_path: Path) -> Callable[..., None]:
    """Serves a proxy P with that target while ``conversation`` talks to it; settings of the
    transport by name."""

    def run(target: str, conversation: Callable[[Client], None], **outbound: Any) -> None:
        file = tmp_path / "synapse-configs/default/proxy-services/P.xml"
        file.parent.mkdir(parents=True)
        file.write_text(f"<proxy xmlns='{SPACE}' name='P'><target>{target}</target></proxy>")
        environment = {"APNS_CONNECTOR__HTTP__PORT": "0"} | {
            f"APNS_CONNECTOR__OUTBOUND__{name.upper()}": str(value)
            for name, value in outbound.items()
        }

        async def scenario() -> None:
            async with Runtime(tmp_path, environment) as runtime:
                await asyncio.to_thread(conversation, Client(runtime.port))

        asyncio.run(scenario())

    return run


def endpoint(backend: Backend, inside: str = "", attributes: str = "") -> str:
    return f"<endpoint><address uri='{backend.url}/s' {attributes}>{inside}</address></endpoint>"


TELL_FAULT = (
    "<faultSequence><makefault><code expression=\"get-property('ERROR_CODE')\"/>"
    "<reason expression=\"get-property('ERROR_MESSAGE')\"/></makefault><respond/></faultSequence>"
)


@pytest.mark.parametrize("version", [SOAP11, SOAP12])
def test_a_soap_service_behind_a_proxy(start: Any, serve: Any, version: SoapVersion) -> None:
    backend = start(reply(envelope("<a/>", version), f"{version.media_type}; charset=UTF-8"))

    def conversation(client: Client) -> None:
        headers = {"SOAPAction": '"urn:ask"'} if version is SOAP11 else {}
        status, fields, body = client.post("<q/>", version, Authorization="Basic eA==", **headers)
        assert (status, fields["content-type"].partition(";")[0]) == (200, version.media_type)
        assert body_of(body, version)[0].tag == "a"

    serve(endpoint(backend), conversation)
    (asked,) = backend.asked
    assert (asked.method, asked.target) == ("POST", "/s")
    assert body_of(asked.body, version)[0].tag == "q"
    assert asked.headers["content-type"].partition(";")[0] == version.media_type
    assert asked.headers["authorization"] == "Basic eA=="
    assert asked.headers.get("soapaction") == ('"urn:ask"' if version is SOAP11 else None)


def test_client_and_backend_may_speak_different_versions_of_soap(start: Any, serve: Any) -> None:
    backend = start(reply(envelope("<a/>", SOAP12), SOAP12.media_type))

    def conversation(client: Client) -> None:
        status, fields, body = client.post(SOAPAction="urn:ask")
        assert (status, fields["content-type"]) == (200, "text/xml; charset=UTF-8")
        assert body_of(body)[0].tag == "a"

    serve(endpoint(backend, attributes="format='soap12'"), conversation)
    (asked,) = backend.asked
    assert body_of(asked.body, SOAP12)[0].tag == "q"
    assert asked.headers["content-type"].endswith('action="urn:ask"')
    assert "soapaction" not in asked.headers


def test_a_rest_service_is_asked_in_json(start: Any, serve: Any) -> None:
    backend = start(reply('{"name": "Zoë", "tokens": ["t1", "t2"]}', "application/json", 201))
    target = (
        "<inSequence><property name='uri.var.user' expression='//user'/>"
        "<property name='messageType' value='application/json' scope='axis2'/>"
        f"<call><endpoint><http method='put' uri-template='{backend.url}/u/{{uri.var.user}}'/>"
        "</endpoint></call>"
        "<property name='X-Found' expression=\"concat(//name, ' ', //tokens[2])\""
        " scope='transport'/>"
        "<property name='X-Status' expression='$axis2:HTTP_SC' scope='transport'/>"
        "<property name='messageType' value='text/xml' scope='axis2'/><respond/></inSequence>"
    )

    def conversation(client: Client) -> None:
        _, fields, _ = client.post("<q><user>a b</user></q>")
        assert fields["x-status"] == "201"
        assert fields["x-found"].encode("latin-1").decode() == "Zoë t2"

    serve(target, conversation)
    (asked,) = backend.asked
    assert (asked.method, asked.target) == ("PUT", "/u/a%20b")
    assert asked.headers["content-type"] == "application/json; charset=UTF-8"
    assert asked.body == b'{"q":{"user":"a b"}}'


def test_a_slow_backend_is_given_up(start: Any, serve: Any) -> None:
    silent = Silent()
    slow = "<timeout><duration>100</duration><responseAction>fault</responseAction></timeout>"

    def conversation(client: Client) -> None:
        assert client.fault() == "101504"
        assert client.fault() == "303001"

    serve(endpoint(start(silent), slow) + TELL_FAULT, conversation)
    assert silent.left.wait(20)


def test_a_slow_backend_may_be_discarded_without_a_word(start: Any, serve: Any) -> None:
    slow = "<timeout><duration>100</duration><responseAction>discard</responseAction></timeout>"

    def conversation(client: Client) -> None:
        status, _, body = client.post()
        assert (status, body) == (202, b"")

    serve(endpoint(start(Silent()), slow) + TELL_FAULT, conversation)


def test_the_transport_has_a_time_of_its_own(start: Any, serve: Any) -> None:
    def conversation(client: Client) -> None:
        assert client.fault() == "101504"

    serve(endpoint(start(Silent())) + TELL_FAULT, conversation, timeout=0.1)


def test_another_backend_stands_in_until_the_first_is_back(start: Any, serve: Any) -> None:
    first, second = start(reply(envelope("<first/>"))), start(reply(envelope("<second/>")))
    first.close()
    briefly = "<suspendOnFailure><initialDuration>200</initialDuration></suspendOnFailure>"
    group = endpoint(first, briefly) + endpoint(second)

    def conversation(client: Client) -> None:
        assert b"<second/>" in client.post()[2]
        first.reopen()
        deadline = time.monotonic() + 20
        while b"<first/>" not in client.post()[2]:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    serve(f"<endpoint><failover>{group}</failover></endpoint>", conversation)
    assert len(first.asked) == 1


def test_when_all_backends_are_down_the_client_is_told(start: Any, serve: Any) -> None:
    backends = [start(reply()) for _ in range(2)]
    for backend in backends:
        backend.close()
    group = "".join(map(endpoint, backends))

    def conversation(client: Client) -> None:
        assert client.fault() == "101503"
        assert client.fault() == "303000"

    serve(f"<endpoint><failover>{group}</failover></endpoint>{TELL_FAULT}", conversation)


def test_a_backend_that_breaks_off_its_reply(start: Any, serve: Any) -> None:
    backend = start(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<a", closes=True))
    serve(endpoint(backend) + TELL_FAULT, lambda client: _is("101505", client))


def test_a_backend_whose_reply_is_huge(start: Any, serve: Any) -> None:
    backend = start(reply("<a>" + "x" * 100_000 + "</a>"))
    serve(endpoint(backend) + TELL_FAULT, lambda client: _is("101510", client), reply_bytes=50_000)


def test_a_backend_whose_reply_is_no_xml(start: Any, serve: Any) -> None:
    serve(endpoint(start(reply("<a>"))) + TELL_FAULT, lambda client: _is("101510", client))


def _is(code: str, client: Client) -> None:
    assert client.fault() == code


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "<gone/>"),
        (500, "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>"),
        (503, "<later/>"),
    ],
)
def test_what_a_backend_says_of_itself_is_said_to_the_client(
    start: Any, serve: Any, status: int, body: str
) -> None:
    backend = start(reply(envelope(body), status=status, Retry_After="7"))

    def conversation(client: Client) -> None:
        answered, fields, content = client.post()
        assert (answered, fields["retry-after"]) == (status, "7")
        assert etree.tostring(body_of(content)[0], method="c14n") == etree.tostring(
            body_of(envelope(body).encode())[0], method="c14n"
        )

    serve(endpoint(backend) + TELL_FAULT, conversation)


def test_an_empty_acceptance_is_one_to_the_client(start: Any, serve: Any) -> None:
    backend = start(reply("", "", 202))

    def conversation(client: Client) -> None:
        status, _, body = client.post()
        assert (status, body) == (202, b"")

    serve(endpoint(backend), conversation)


def test_what_one_backend_says_in_headers_is_not_told_to_the_next(start: Any, serve: Any) -> None:
    first = start(reply(envelope("<one/>"), Set_Cookie="a=b", X_Kept="1", Server="first"))
    second = start(reply(envelope("<two/>")))
    call = "<call>{}</call>"
    target = (
        f"<inSequence>{call.format(endpoint(first))}{call.format(endpoint(second))}<respond/>"
        "</inSequence>"
    )
    serve(target, lambda client: client.post())
    (asked,) = second.asked
    assert asked.headers["x-kept"] == "1"
    assert not {"set-cookie", "server", "cookie"} & asked.headers.keys()
