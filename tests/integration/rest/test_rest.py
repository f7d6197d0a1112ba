"""The REST API from end to end: HTTP in front, HTTP/2 and TLS behind."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
from typing import Any

import pytest

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
SILENT = "bad20001" + "0" * 56  # taken, and never answered
SLOW = "bad23100" + "0" * 56  # answered after a second
CERTIFICATE = "certificate: {registry: 'gov:/apns/push.p12', password_alias: apns.password}"


def gone(device: int) -> str:
    """A device token that Apple calls unregistered."""
    return f"bad04102{device:056x}"


@pytest.mark.parametrize("credentials", [None, CERTIFICATE])
def test_a_notification_reaches_apple(serve: Any, credentials: str | None) -> None:
    async def scenario() -> None:
        arguments = {} if credentials is None else {"credentials": credentials}
        async with serve(**arguments) as served:
            content = {"deviceToken": TOKEN, "alert": "Hello", "badge": 3, "collapseId": "c"}
            answer = await served.ask("POST", "notifications", content)
            assert (answer.status, answer.json["outcome"]) == (200, "accepted")
            (received,) = served.apple.received
            assert received.payload == {"aps": {"alert": "Hello", "badge": 3}}
            assert received.headers["apns-topic"] == "com.example.app"
            assert received.headers["apns-collapse-id"] == "c"
            assert received.headers["apns-id"] == answer.json["apnsId"]

    asyncio.run(scenario())


def test_a_thousand_at_once_keep_their_order(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            content = [
                {"deviceToken": gone(number) if number % 10 == 0 else TOKEN, "alert": str(number)}
                for number in range(1000)
            ]
            answer = await served.ask("POST", "notifications", content)
            told = answer.json
            assert (answer.status, told["accepted"], told["failed"]) == (200, 900, 100)
            outcomes = [one["outcome"] for one in told["notifications"]]
            assert outcomes == ["rejected" if n % 10 == 0 else "accepted" for n in range(1000)]
            by_id = {one.headers["apns-id"]: one for one in served.apple.received}
            for number, one in enumerate(told["notifications"]):
                if one["outcome"] == "accepted":
                    assert by_id[one["apnsId"]].payload["aps"]["alert"] == str(number)

    asyncio.run(scenario())


def test_what_is_gone_is_told_and_listed_and_cleared(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            answer = await served.ask(
                "POST", "notifications", {"deviceToken": gone(1), "alert": "x"}
            )
            assert answer.status == 410
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json["reason"] == "Unregistered"
            assert answer.json["timestamp"] > 0
            page = await listed(served, 1)
            (device,) = page["devices"]
            assert (device["deviceToken"], device["topic"]) == (gone(1), "com.example.app")
            assert device["invalidSince"] < device["seenAt"]
            cleared = await served.ask(
                "DELETE", f"unregistered?upTo={page['upTo']}", key="the key of ops"
            )
            assert cleared.json == {"cleared": 1}
            assert (await listed(served, 0))["devices"] == []

    asyncio.run(scenario())


async def listed(served: Any, count: int) -> Any:
    """The page, once that many are on it: they are written in the background."""
    while True:
        answer = await served.ask("GET", "unregistered", key="the key of ops")
        assert answer.status == 200
        if len(answer.json["devices"]) == count:
            return answer.json


def test_an_apple_that_is_not_there_is_told_as_not_sent(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            await served.apple.stop()
            content = {"deviceToken": TOKEN, "alert": "x"}
            one = await served.ask("POST", "notifications", content)
            assert (one.status, one.json["outcome"]) == (503, "notSent")
            assert one.headers["Retry-After"] == "1"
            many = await served.ask("POST", "notifications", [content, content])
            assert many.status == 200
            assert [each["outcome"] for each in many.json["notifications"]] == ["notSent"] * 2

    asyncio.run(scenario())


def test_an_apple_that_says_nothing_leaves_the_outcome_unknown(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            content = {"deviceToken": SILENT, "alert": "x"}
            answer = await served.ask("POST", "notifications", content)
            assert (answer.status, answer.json["outcome"]) == (504, "unknown")
            assert answer.json["apnsId"]

    asyncio.run(scenario())


def test_the_same_request_twice_at_once_and_again_is_sent_once(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            content = {"deviceToken": SILENT, "alert": "x"}
            asking = [
                served.ask("POST", "notifications", content, Idempotency_Key="k") for _ in range(2)
            ]
            statuses = sorted(answer.status for answer in await asyncio.gather(*asking))
            assert statuses == [409, 504]
            again = await served.ask("POST", "notifications", content, Idempotency_Key="k")
            assert (again.status, again.headers["Idempotency-Replayed"]) == (504, "true")
            other = {**content, "alert": "y"}
            answer = await served.ask("POST", "notifications", other, Idempotency_Key="k")
            assert answer.status == 422
            assert len(served.apple.received) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        (None, "unregistered", 401),
        ("a guess", "unregistered", 401),
        ("the key of ops", "unregistered", 200),
        ("the key of ops", "notifications", 403),
    ],
)
def test_keys_open_what_they_are_for(serve: Any, key: str | None, path: str, status: int) -> None:
    async def scenario() -> None:
        async with serve() as served:
            method, content = ("POST", {}) if path == "notifications" else ("GET", None)
            assert (await served.ask(method, path, content, key=key)).status == status
            assert served.apple.received == []

    asyncio.run(scenario())


def test_the_description_is_served_and_head_is_answered_without_it(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            answer = await served.ask("GET", "openapi.json", key=None)
            assert answer.json["openapi"] == "3.1.0"
            head = await served.ask("HEAD", "openapi.json", key=None)
            assert (head.status, head.body) == (200, b"")
            assert head.headers["Content-Length"] == str(len(answer.body))

    asyncio.run(scenario())


def test_a_connection_goes_on_after_a_refusal_whose_body_was_not_read(serve: Any) -> None:
    def asked(port: int) -> list[int]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        body = json.dumps([{"deviceToken": TOKEN, "alert": "x" * 1000}] * 100)
        statuses = []
        for path in ("/v1/notifications", "/v1/none", "/v1/openapi.json"):
            method = "GET" if path.endswith("json") else "POST"
            connection.request(method, path, body if method == "POST" else None)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()
        return statuses

    async def scenario() -> None:
        async with serve() as served:
            assert await asyncio.to_thread(asked, served.runtime.port) == [401, 404, 200]

    asyncio.run(scenario())


def test_a_notification_under_way_is_answered_before_the_gateway_stops(serve: Any) -> None:
    async def scenario() -> None:
        async with serve() as served:
            content = {"deviceToken": SLOW, "alert": "x"}
            asking = asyncio.create_task(served.ask("POST", "notifications", content))
            while not served.apple.received:  # noqa: ASYNC110 - what is watched knows no events
                await asyncio.sleep(0.005)
            await served.runtime.stop()
            assert (await asking).status == 200

    asyncio.run(scenario())


def test_no_key_is_written_to_the_log(serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="apns_connector")

    async def scenario() -> None:
        async with serve() as served:
            await served.ask("POST", "notifications", {"deviceToken": TOKEN, "alert": "text"})
            await served.ask("POST", "notifications", {"deviceToken": gone(1), "alert": "text"})

    asyncio.run(scenario())
    digest = hashlib.sha256(b"8c1f6d4e-a-key-for-tests").hexdigest()
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith("apns_connector")
    )
    assert "Opened" in ours or "Listening" in ours
    for secret in ("8c1f6d4e-a-key-for-tests", digest, "the key of ops", TOKEN, gone(1), "text"):
        assert secret not in ours
