"""The client against nghttp2's server, strict by reputation, in unusual settings."""

from __future__ import annotations

import asyncio
import json

import pytest

from apns_connector.apns import Client
from apns_connector.errors import NotSent

SETTINGS = {
    "as it comes": (),
    "one stream": ("-m1",),
    "a window of 1 byte": ("-w1",),
    "windows of 1 KB": ("-w10", "-W16"),
    "no header table": ("--header-table-size=0",),
    "a small header table": ("--header-table-size=100",),
    "a large header table": ("--header-table-size=65536",),
    "an encoder with a table": ("--encoder-header-table-size=4096",),
    "padding": ("-b200",),
    "trailers": ("--trailer", "x-checksum: 1"),
    "errors without body": ("--error-gzip",),
    "answers before the request has ended": ("--early-response",),
    "such answers and a window of 1 byte": ("--early-response", "-w1"),
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
async def test_all_are_answered_whatever_its_settings(nghttpd, certificate, notify, options):
    payload = json.dumps({"aps": {"alert": "x" * 100}}).encode()
    with nghttpd(*options) as destination:
        async with Client(certificate, destination, timeout=15) as client:
            devices = ["" if number % 3 else "ab" for number in range(120)]
            responses = await asyncio.gather(
                *(client.send(notify(device, payload=payload)) for device in devices)
            )
            assert [response.status for response in responses] == [
                404 if device else 200 for device in devices
            ]
            assert responses[1].body == b"a body"


WINDOWS = {
    "as they come": (),
    "31 bytes for a stream": ("-w5",),
    "1 KB for a stream": ("-w10",),
    "1 KB for a stream, frames padded": ("-w10", "-b100"),
}


@pytest.mark.parametrize("options", WINDOWS.values(), ids=WINDOWS)
async def test_bodies_come_back_as_they_were_sent(nghttpd, certificate, notify, options):
    payloads = [
        json.dumps({"aps": {"alert": f"{number}" * 900}}).encode() for number in range(200, 300)
    ]
    with nghttpd("--echo-upload", *options) as destination:
        async with Client(certificate, destination, timeout=15) as client:
            responses = await asyncio.gather(
                *(client.send(notify(payload=payload)) for payload in payloads)
            )
            assert [response.body for response in responses] == payloads


async def test_a_rejection_that_is_not_apples_keeps_its_text(nghttpd, certificate, notify):
    with nghttpd() as destination:
        async with Client(certificate, destination) as client:
            response = await client.send(notify("ab"))
            assert response.status == 404
            assert response.reason.startswith("<html>")
            assert response.explanation.code == "APNS_000007"


async def test_a_client_certificate_that_nghttpd_does_not_ask_for_does_no_harm(
    nghttpd, stranger, notify
):
    with nghttpd() as destination:
        async with Client(stranger, destination) as client:
            assert (await client.send(notify())).accepted


async def test_a_server_that_dies_is_noticed(nghttpd, certificate, notify, until):
    with nghttpd() as destination:
        client = Client(certificate, destination)
        assert (await client.send(notify())).accepted
    await until(lambda: not client._sender.link.active)
    with pytest.raises(NotSent, match="cannot be reached"):
        await client.send(notify(), timeout=1)
    await client.close()
