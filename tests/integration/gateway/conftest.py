"""A gateway on a loopback socket, serving a small deployment, in a thread of its own."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.gateway.app import Gateway
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.server import Server
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Message

PROXIES = {
    "Echo": "<inSequence><respond/></inSequence>",
    "Drop": "<inSequence><drop/></inSequence>",
    "Fault": """<inSequence>
        <makefault version="soap11" response="true">
          <code expression="'APNS_000001'"/><reason value="The device token is &lt;bad&gt;"/>
        </makefault><respond/></inSequence>""",
    "FaultAs200": """<inSequence>
        <makefault version="soap12">
          <code xmlns:s="http://www.w3.org/2003/05/soap-envelope" value="s:Receiver"/>
          <reason value="no"/><detail>in detail</detail>
        </makefault>
        <property name="FAULTS_AS_HTTP_200" value="TRUE" scope="axis2"/><respond/></inSequence>""",
    "Attachments": '<inSequence><class name="test.Attachments"/><respond/></inSequence>',
    "Headers": """<inSequence>
        <property name="X-Answer" value="set by the flow" scope="transport"/>
        <property name="X-Split" expression="$url:split" scope="transport"/>
        <property name="HTTP_SC" value="201" scope="axis2"/><respond/></inSequence>""",
    "Action": """<inSequence><property name="X-Action" expression="get-property('Action')"
        scope="transport"/><property name="X-To" expression="get-property('To')"
        scope="transport"/><respond/></inSequence>""",
    "ToJson": """<inSequence><property name="messageType" value="application/json" scope="axis2"/>
        <respond/></inSequence>""",
    "ToXml": """<inSequence><property name="messageType" value="application/xml" scope="axis2"/>
        <respond/></inSequence>""",
    "ToText": """<inSequence><property name="messageType" value="text/plain" scope="axis2"/>
        <respond/></inSequence>""",
    "Ask": """<inSequence>
        <property name="X-Path" expression="json-eval($.order.items[-1].id)" scope="transport"/>
        <property name="X-Xpath" expression="//order/id" scope="transport"/>
        <variable name="limit" value="1" type="INTEGER"/>
        <property name="X-Synapse" scope="transport"
            expression="${payload.order.items[?(@.n > vars.limit)].id}"/>
        <filter xpath="json-eval($.order.open)">
          <then><property name="X-Open" value="yes" scope="transport"/></then>
        </filter>
        <log level="full"/><respond/></inSequence>""",
    "Wait": '<inSequence><class name="test.Wait"/><respond/></inSequence>',
    "Broken": """<inSequence><class name="test.Crash"/></inSequence>
        <faultSequence><class name="test.Crash"/></faultSequence>""",
    "Spoilt": '<inSequence><class name="test.Spoil"/><respond/></inSequence>',
}
ATTRIBUTES = {"OnlyHttps": 'transports="https"', "Stopped": 'startOnLoad="false"'}


class Attachments:
    """Answers with what it found: the attachments, and the text of the first payload."""

    async def mediate(self, message: Message) -> bool:
        seen = etree.Element("seen", text=(message.payload.xpath("string()") or "").strip())
        for key, attachment in message.attachments.items():
            digest = sha256(attachment.content).hexdigest()
            etree.SubElement(seen, "part", id=key, type=attachment.content_type, sha256=digest)
        message.replace_payload(seen)
        return True


class Wait:
    """A flow that takes its time; ``ended`` counts those that came to their end."""

    seconds = 0.0
    ended = 0

    async def mediate(self, message: Message) -> bool:
        await asyncio.sleep(Wait.seconds)
        Wait.ended += 1
        return True


class Crash:
    async def mediate(self, message: Message) -> bool:
        raise KeyError("a bug")


class Spoil:
    """Leaves behind what no mediator may."""

    async def mediate(self, message: Message) -> bool:
        message.properties = None  # type: ignore[assignment]
        return True


CLASSES = {f"test.{made.__name__}": made for made in (Attachments, Wait, Crash, Spoil)}


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    folder = tmp_path_factory.mktemp("deployment")
    proxies = folder / "synapse-configs" / "default" / "proxy-services"
    proxies.mkdir(parents=True)
    flows = PROXIES | dict.fromkeys(ATTRIBUTES, PROXIES["Echo"])
    for name, target in flows.items():
        write_proxy(proxies / f"{name}.xml", name, target)
    return read_deployment(folder, classes=CLASSES)


def write_proxy(file: Path, name: str, target: str) -> None:
    file.write_text(
        f'<proxy xmlns="http://ws.apache.org/ns/synapse" name="{name}" {ATTRIBUTES.get(name, "")}>'
        f"<target>{target}</target></proxy>"
    )


@pytest.fixture
def waiting() -> type[Wait]:
    """The class behind the proxy Wait, at rest."""
    Wait.seconds, Wait.ended = 0.0, 0
    return Wait


@dataclass
class Answered:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def reason(self) -> str:
        """The sentence of a fault in any form; fails when there is none."""
        content_type = self.headers["Content-Type"]
        if content_type.startswith("application/json"):
            return json.loads(self.body)["Fault"]["faultstring"]
        if content_type.startswith("text/plain"):
            return self.body.decode()
        found = self.xml.xpath(
            "//faultstring | //*[local-name()='Reason']/*[local-name()='Text'] | /Exception"
        )
        assert len(found) == 1, self.body
        return found[0].text


@dataclass
class Running:
    """A running gateway, and the ways in which clients reach it."""

    gateway: Gateway
    server: Server
    loop: asyncio.AbstractEventLoop
    port: int
    _client_tls: ssl.SSLContext | None = None
    _open: list[socket.socket] = field(default_factory=list)

    def post(
        self, path: str, body: bytes = b"", content_type: str | None = "text/xml", **headers: str
    ) -> Answered:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            named["Content-Type"] = content_type
        return self.request("POST", path, body, named)

    def get(self, path: str) -> Answered:
        return self.request("GET", path, None, {})

    def request(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Answered:
        connection = self.connection()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answered(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def connection(self) -> http.client.HTTPConnection:
        if self._client_tls is not None:
            return http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=20, context=self._client_tls
            )
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def connect(self) -> socket.socket:
        """A bare socket, closed at the end of the test."""
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self._open.append(opened)
        return opened

    def raw(self, *pieces: bytes) -> bytes:
        """Sends the bytes as they are and reads until the gateway closes the connection."""
        connection = self.connect()
        for piece in pieces:
            connection.sendall(piece)
        return read_all(connection)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.stop(), self.loop).result(20)

    def close_sockets(self) -> None:
        for opened in self._open:
            opened.close()
        self._open.clear()


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    return received


Serve = Callable[..., Running]


def _run_server(
    stack: ExitStack, gateway: Gateway, tls: tuple[ssl.SSLContext, ssl.SSLContext] | None
) -> Running:
    """Starts the server in a thread; the stack stops both."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway under test")
    thread.start()
    stack.callback(loop.close)
    stack.callback(thread.join)
    stack.callback(loop.call_soon_threadsafe, loop.stop)
    server = Server(gateway, gateway.limits)
    context = None if tls is None else tls[0]
    started = server.start("127.0.0.1", 0, context)
    asyncio.run_coroutine_threadsafe(started, loop).result(20)
    running = Running(gateway, server, loop, server.port, None if tls is None else tls[1])
    stack.callback(running.stop)
    stack.callback(running.close_sockets)
    return running


@pytest.fixture(scope="session")
def shared(configuration: Configuration) -> Iterator[Running]:
    """One gateway for all tests that need no limits of their own."""
    with ExitStack() as stack:
        yield _run_server(stack, Gateway(configuration, Limits(stop_seconds=5)), None)


@pytest.fixture
def gateway(shared: Running) -> Iterator[Running]:
    yield shared
    shared.close_sockets()


@pytest.fixture(scope="session")
def serve_definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts a gateway for what is inside of a synapse.xml."""
    with ExitStack() as stack:

        def start(definitions: str) -> Running:
            folder = tmp_path_factory.mktemp("definitions")
            root = (
                f'<definitions xmlns="http://ws.apache.org/ns/synapse">{definitions}</definitions>'
            )
            (folder / "synapse.xml").write_text(root)
            served = read_deployment(folder, classes=CLASSES)
            return _run_server(stack, Gateway(served, Limits(stop_seconds=5)), None)

        yield start


@pytest.fixture
def serve(configuration: Configuration) -> Iterator[Serve]:
    """Starts a gateway of its own: ``serve(public_url=…, tls=…, body_bytes=…)``."""
    with ExitStack() as stack:

        def start(
            public_url: str | None = None,
            tls: tuple[ssl.SSLContext, ssl.SSLContext] | None = None,
            **limits: float,
        ) -> Running:
            chosen = Limits(**({"stop_seconds": 5} | limits))  # type: ignore[arg-type]
            return _run_server(stack, Gateway(configuration, chosen, public_url=public_url), tls)

        yield start
