"""The client against nginx, which hands requests on to a server behind it and logs each one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from apns_connector.apns import Client, Destination

CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    log_format each escape=none '$http_apns_id $connection $status $request_body';
    access_log {folder}/access.log each;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type application/json;
    client_body_buffer_size 64k;

    server {{
        listen 127.0.0.1:{port} ssl http2;
        ssl_certificate {pem};
        ssl_certificate_key {pem};
        {options}
        location /3/device/ {{
            add_header apns-id $http_apns_id always;
            proxy_pass http://unix:{folder}/behind;
        }}
        location /3/device/a400 {{ return 400 '{{"reason":"BadTopic"}}'; }}
        location /3/device/a403 {{ return 403 '{{"reason":"InvalidProviderToken"}}'; }}
        location /3/device/a410 {{ return 410 '{{"reason":"Unregistered","timestamp":17}}'; }}
        location /3/device/a500 {{ return 500 '{{"reason":"InternalServerError"}}'; }}
        location /3/device/a503 {{ return 503 '{{"reason":"Shutdown"}}'; }}
        location /3/device/a502 {{ proxy_pass http://unix:{folder}/nobody; }}
        location /3/device/b400 {{ error_page 405 =400 /long; return 405; }}
        location = /long {{ internal; alias {folder}/long.json; }}
        error_page 413 @too_large;
        location @too_large {{ return 413 '{{"reason":"PayloadTooLarge"}}'; }}
    }}
    server {{
        listen unix:{folder}/behind;
        access_log off;
        location / {{ return 200; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    destination: Destination
    process: subprocess.Popen[bytes]
    folder: Path

    def reload(self) -> None:
        """New worker; the old one says goodbye on its connections."""
        self.process.send_signal(signal.SIGHUP)

    def handled(self) -> list[tuple[str, int, int, str]]:
        """Of each request: its apns-id, the connection, the status, the body. It is all there only
        once nginx has ended."""
        lines = (self.folder / "access.log").read_text().splitlines()
        fields = (line.split(" ", 3) for line in lines)
        return [(apns_id, int(at), int(status), body) for apns_id, at, status, body in fields]

    def connections(self) -> set[int]:
        """On which it has handled requests so far."""
        return {connection for _, connection, _, _ in self.handled()}


@pytest.fixture
def nginx(demo, server_pem, free_port, tmp_path):
    """``with nginx("keepalive_requests 100;")``: answers 200, but to tokens that begin with
    ``a400`` and so on as that says, and to ``b400`` at length."""

    @contextmanager
    def serve(options: str = ""):
        configuration = tmp_path / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                user="user root;" if os.geteuid() == 0 else "",
                folder=tmp_path,
                port=free_port,
                pem=server_pem,
                options=options,
            )
        )
        command = ["nginx", "-p", tmp_path, "-e", "stderr", "-c", configuration]
        with (tmp_path / "stderr").open("wb") as stderr:
            process = subprocess.Popen(command, stderr=stderr)
        try:
            for _ in range(500):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", free_port)) == 0:
                        break
                assert process.poll() is None, (tmp_path / "stderr").read_text()
                time.sleep(0.01)
            yield Nginx(Destination("nginx", "localhost", free_port, demo.ca), process, tmp_path)
        finally:
            process.send_signal(signal.SIGQUIT)  # it writes to its log all that it has handled
            process.wait(10)

    return serve


def payload_of(size: int) -> bytes:
    empty = json.dumps({"aps": {"alert": ""}}).encode()
    return json.dumps({"aps": {"alert": "x" * (size - len(empty))}}).encode()


async def send_all(client, notifications):
    return await asyncio.gather(*map(client.send, notifications))


def check_each_handled_once(server, notifications):
    """And with its own body."""
    assert Counter((apns_id, body) for apns_id, _, _, body in server.handled()) == Counter(
        (notification.apns_id, notification.payload.decode()) for notification in notifications
    )


@pytest.mark.every_loop
@pytest.mark.parametrize("streams", [1, 5, 128])
async def test_two_thousand_sends_through_few_streams(nginx, certificate, notify, streams):
    with nginx(f"http2_max_concurrent_streams {streams};") as server:
        notifications = [notify(payload=payload_of(100 + number % 50)) for number in range(2000)]
        async with Client(certificate, server.destination, timeout=15) as client:
            responses = await send_all(client, notifications)
        for response, notification in zip(responses, notifications, strict=True):
            assert response.accepted
            assert response.headers["apns-id"] == notification.apns_id
    check_each_handled_once(server, notifications)


@pytest.mark.every_loop
async def test_a_goaway_after_every_hundred_requests_loses_nothing_and_doubles_nothing(
    nginx, certificate, notify
):
    with nginx("keepalive_requests 100;") as server:
        notifications = [notify(payload=payload_of(200)) for _ in range(3000)]
        async with Client(certificate, server.destination, timeout=15) as client:
            responses = await send_all(client, notifications)
        assert all(response.accepted for response in responses)
    check_each_handled_once(server, notifications)
    by_connection = Counter(connection for _, connection, _, _ in server.handled())
    assert max(by_connection.values()) <= 100


@pytest.mark.every_loop
async def test_reloads_while_requests_come_and_go_lose_nothing_and_double_nothing(
    nginx, certificate, notify
):
    """The old worker hangs up as soon as it has no request, and does not see the next coming."""
    with nginx() as server:
        notifications = []
        async with Client(certificate, server.destination, timeout=15) as client:
            for _ in range(8):
                seen = server.connections()
                server.reload()
                while server.connections() == seen:
                    batch = [notify(payload=payload_of(200)) for _ in range(40)]
                    assert all(response.accepted for response in await send_all(client, batch))
                    notifications += batch
    check_each_handled_once(server, notifications)


async def test_answers_of_all_kinds_side_by_side(nginx, certificate, notify):
    expected = {
        "a400": (400, "BadTopic"),
        "a403": (403, "InvalidProviderToken"),
        "a410": (410, "Unregistered"),
        "a500": (500, "InternalServerError"),
        "a503": (503, "Shutdown"),
        "ffff": (200, None),
    }
    with nginx() as server:
        async with Client(
            certificate, server.destination, timeout=15, resend_rejected=False
        ) as client:
            kinds = list(expected) * 100
            responses = await send_all(client, map(notify, kinds))
        assert [(response.status, response.reason) for response in responses] == [
            expected[kind] for kind in kinds
        ]
        assert responses[2].timestamp == 17


async def test_a_server_that_nginx_does_not_reach_is_told_in_nginxs_words(
    nginx, certificate, notify
):
    with nginx() as server:
        async with Client(
            certificate, server.destination, timeout=15, resend_rejected=False
        ) as client:
            response = await client.send(notify("a502"))
        assert response.status == 502
        assert "Bad Gateway" in response.reason


async def test_a_long_answer_comes_whole(nginx, certificate, notify):
    with nginx() as server:
        long = json.dumps({"reason": "BadTopic", "detail": "x" * 900_000})
        (server.folder / "long.json").write_text(long)
        async with Client(certificate, server.destination, timeout=15) as client:
            responses = await send_all(client, [notify("b400") for _ in range(20)])
        for response in responses:
            assert (response.status, response.reason) == (400, "BadTopic")
            assert response.body == long.encode()


@pytest.mark.parametrize("window", [0, 1000])
async def test_large_bodies_pass_through_small_windows(nginx, certificate, notify, window):
    with nginx(f"http2_body_preread_size {window};") as server:
        notifications = [notify(payload=payload_of(4096)) for _ in range(500)]
        async with Client(certificate, server.destination, timeout=15) as client:
            responses = await send_all(client, notifications)
        assert all(response.accepted for response in responses)
    check_each_handled_once(server, notifications)


@pytest.mark.parametrize("window", [0, 1000, 65_535])
async def test_a_body_that_is_refused_before_it_has_arrived_is_answered_all_the_same(
    nginx, certificate, notify, window
):
    options = f"http2_body_preread_size {window}; client_max_body_size 2k;"
    with nginx(options) as server:
        async with Client(certificate, server.destination, timeout=15) as client:
            sizes = [4096 if number % 2 else 500 for number in range(300)]
            responses = await send_all(client, [notify(payload=payload_of(s)) for s in sizes])
        assert [response.status for response in responses] == [
            413 if size == 4096 else 200 for size in sizes
        ]
        assert responses[1].reason == "PayloadTooLarge"


async def test_a_connection_that_nginx_found_idle_is_replaced(nginx, certificate, notify, until):
    with nginx("keepalive_timeout 100ms;") as server:
        async with Client(certificate, server.destination, timeout=15) as client:
            for _ in range(3):
                assert (await client.send(notify())).accepted
                await until(lambda: not client._sender.link.active)
    assert len(server.connections()) == 3


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
async def test_a_client_certificate_that_nginx_demands_is_shown(
    nginx, certificate, demo, notify, version
):
    options = f"ssl_protocols {version}; ssl_verify_client on; ssl_client_certificate {demo.ca};"
    with nginx(options) as server:
        async with Client(certificate, server.destination, timeout=15) as client:
            responses = await send_all(client, [notify() for _ in range(100)])
        assert all(response.accepted for response in responses)


async def test_without_a_certificate_of_its_own_authority_nginx_answers_400(
    nginx, stranger, signing_key, demo, notify
):
    """Unlike Apple, it lets anyone through the handshake and says so in HTTP."""
    options = f"ssl_verify_client on; ssl_client_certificate {demo.ca};"
    with nginx(options) as server:
        for credentials, words in (
            (stranger, "The SSL certificate error"),
            (signing_key, "No required SSL certificate was sent"),
        ):
            async with Client(credentials, server.destination, timeout=15) as client:
                for response in await send_all(client, [notify() for _ in range(20)]):
                    assert response.status == 400
                    assert words in response.body.decode()
