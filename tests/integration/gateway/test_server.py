"""Starting, stopping, pages, WSDL, TLS."""

import asyncio
import datetime
import ipaddress
import json
import socket
import ssl
import threading
import time

import pytest
import zeep
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from apns_connector.errors import ConfigurationError
from apns_connector.gateway.app import Gateway
from apns_connector.gateway.server import Server

GOOD = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'


def test_health_and_the_list_of_services_are_json(gateway):
    health = gateway.get("/health")
    assert (health.status, json.loads(health.body)) == (200, {"status": "ok", "requests": 0})
    services = json.loads(gateway.get("/services").body)["services"]
    assert services == sorted(services)
    assert {"Echo", "Drop"} <= set(services)
    assert gateway.request("HEAD", "/health", None, {}).body == b""


@pytest.mark.parametrize("port_name", ["EchoHttpSoap11Endpoint", "EchoHttpSoap12Endpoint"])
def test_a_soap_client_works_from_the_wsdl_alone(gateway, port_name):
    client = zeep.Client(f"http://127.0.0.1:{gateway.port}/services/Echo?wsdl")
    push = etree.fromstring('<push xmlns="urn:p"><token>1</token></push>')
    with client.settings(strict=True):
        answer = client.bind("Echo", port_name).mediate([push])
    client.transport.session.close()
    assert [element.tag for element in answer] == ["{urn:p}push"]


def test_a_soap_client_sees_the_fault_of_a_flow(gateway):
    client = zeep.Client(f"http://127.0.0.1:{gateway.port}/services/Fault?wsdl")
    with pytest.raises(zeep.exceptions.Fault, match="The device token is <bad>") as raised:
        client.service.mediate([])
    client.transport.session.close()
    assert raised.value.code.endswith("APNS_000001")


def test_wsdl_addresses_are_those_the_client_used_or_the_public_ones(gateway, serve):
    document = gateway.get("/services/Echo?wsdl").body.decode()
    assert f'location="http://127.0.0.1:{gateway.port}/services/Echo.EchoHttpSoap11' in document
    public = serve(public_url="https://push.example.com/").get("/services/Echo?wsdl").body.decode()
    assert 'location="https://push.example.com/services/Echo.EchoHttpsSoap11Endpoint"' in public


def test_a_request_in_progress_is_finished_when_the_server_stops(serve, waiting):
    waiting.seconds = 0.4
    gateway = serve()
    answers = []
    client = threading.Thread(
        target=lambda: answers.append(gateway.post("/services/Wait", GOOD).status)
    )
    client.start()
    while gateway.gateway.requests_in_progress == 0:
        time.sleep(0.002)
    gateway.stop()
    client.join()
    assert answers == [200]
    with pytest.raises(ConnectionRefusedError):
        gateway.connect()


def test_a_request_that_does_not_end_is_told_so_when_the_time_to_stop_is_over(serve, waiting):
    waiting.seconds = 60
    gateway = serve(stop_seconds=0.3)
    answers = []
    client = threading.Thread(target=lambda: answers.append(gateway.post("/services/Wait", GOOD)))
    client.start()
    while gateway.gateway.requests_in_progress == 0:
        time.sleep(0.002)
    begun = time.monotonic()
    gateway.stop()
    client.join()
    assert time.monotonic() - begun < 5
    assert (answers[0].status, answers[0].reason) == (503, "The gateway is stopping")


def test_idle_and_half_open_connections_do_not_delay_a_stop(serve):
    gateway = serve()
    gateway.connect()
    gateway.connect().sendall(b"POST /services/Echo HTTP/1.1\r\nHost:")
    begun = time.monotonic()
    gateway.stop()
    assert time.monotonic() - begun < 2


def test_a_server_starts_once_stops_more_than_once_and_can_start_again(configuration):
    async def life() -> None:
        server = Server(Gateway(configuration))
        with pytest.raises(RuntimeError, match="not started"):
            _ = server.port
        await server.start("127.0.0.1", 0)
        with pytest.raises(RuntimeError, match="started already"):
            await server.start("127.0.0.1", 0)
        first = server.port
        await server.stop()
        await server.stop()
        await server.start("127.0.0.1", first)
        assert server.port == first
        await server.stop()

    asyncio.run(life())


def test_a_port_in_use_is_a_configuration_error_that_names_it(configuration):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        starting = Server(Gateway(configuration)).start("127.0.0.1", port)
        with pytest.raises(ConfigurationError, match=f"Cannot listen on 127.0.0.1:{port}: "):
            asyncio.run(starting)


def tls_contexts(folder) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server and a client that trust one fresh certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_over_tls_a_proxy_for_https_only_is_served(serve, tmp_path):
    gateway = serve(tls=tls_contexts(tmp_path))
    assert gateway.post("/services/OnlyHttps", GOOD).status == 200
    assert b'location="https://127.0.0.1' in gateway.get("/services/OnlyHttps?wsdl").body
