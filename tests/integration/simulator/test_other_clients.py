"""Clients that share no code with this project: nghttp2 and curl."""

from __future__ import annotations

import asyncio
import re

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from apns_connector.simulator import Fault, rejection, token_for

DEVICE = "ab" * 32


async def run(*command):
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    return output.decode()


@pytest.fixture
def pem(tmp_path, certificate):
    """Certificate and key of a throw-away identity, as these tools want it."""
    path = tmp_path / "client.pem"
    path.write_bytes(
        certificate.certificate.public_bytes(Encoding.PEM)
        + certificate.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return str(path)


@pytest.fixture
def payload(tmp_path):
    path = tmp_path / "payload.json"
    path.write_text('{"aps":{"alert":"' + "x" * 1000 + '"}}')
    return str(path)


async def test_nghttp_sees_apples_settings_and_the_answer(start, pem, payload):
    async with start() as simulator:
        url = f"https://localhost:{simulator.port}/3/device/{DEVICE}"
        output = await run("nghttp", "-nv", "--cert", pem, "--key", pem, "-d", payload, url)
        settings = re.findall(
            r"SETTINGS_(\w+)\(0x0\d\):(\d+)\]", output.partition("recv SETTINGS")[2]
        )
        assert ("MAX_HEADER_LIST_SIZE", "8000") in settings
        assert re.search(r"recv .*:status: .*200", output)
        assert simulator.counts["accepted"] == 1


async def test_h2load_has_every_request_answered(start, pem, payload, tmp_path):
    async with start(streams_before_authenticated=100) as simulator:
        url = f"https://localhost:{simulator.port}/3/device/{DEVICE}"
        output = await run("h2load", "-n", "1000", "-c", "2", "-m", "50", "-d", payload, url)
        assert "1000 done, 0 succeeded, 1000 failed, 0 errored" in output
        assert "1000 4xx" in output
        assert simulator.reasons == {"MissingProviderToken": 1000}
        assert simulator.connections_opened == 2


@pytest.mark.parametrize("alpn", [(), ("--no-alpn",)], ids=["ALPN", "no ALPN"])
async def test_curl_is_served_with_and_without_alpn(alpn, start, pem, credentials):
    async with start() as simulator:
        output = await run(
            *("curl", "-sS", "-i", "--http2-prior-knowledge", *alpn),
            *("--cacert", str(credentials.ca), "--cert", pem, "-d", '{"aps":{}}'),
            f"https://localhost:{simulator.port}/3/device/{DEVICE}",
        )
        assert output.startswith("HTTP/2 200")


async def test_curl_takes_the_p12_file_and_shows_the_reason(start, credentials):
    async with start() as simulator:
        device = token_for(rejection("Unregistered"))
        output = await run(
            *("curl", "-sS", "--http2-prior-knowledge", "--cacert", str(credentials.ca)),
            *("--cert-type", "P12", "--cert", f"{credentials.client_certificate}:password"),
            *("-d", '{"aps":{}}', f"https://localhost:{simulator.port}/3/device/{device}"),
        )
        assert output == '{"reason":"Unregistered","timestamp":1700000000000}'


async def test_curl_reports_a_reset_stream(start, credentials, pem):
    async with start() as simulator:
        simulator.faults.add(Fault(fault="reset", error_code="INTERNAL_ERROR"))
        output = await run(
            *("curl", "-sS", "--http2-prior-knowledge", "--cacert", str(credentials.ca)),
            *("--cert", pem, "-d", '{"aps":{}}'),
            f"https://localhost:{simulator.port}/3/device/{DEVICE}",
        )
        assert "INTERNAL_ERROR" in output
