"""The API spoken to in ASGI, without a server."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.gateway.admission import Admission
from apns_connector.gateway.limits import Limits
from apns_connector.rest.api_keys import ApiKeys, read_api_keys
from apns_connector.rest.app import RestApi
from apns_connector.rest.options import ApiKeyOptions
from apns_connector.rest.unregistered import UnregisteredDevices

Ask = Callable[..., tuple[int, dict[str, str], Any]]

LIMITS = Limits(body_bytes=1000, requests=2)


def keys() -> ApiKeys:
    def known(key: str, *may: Any) -> ApiKeyOptions:
        return ApiKeyOptions(sha256=hashlib.sha256(key.encode()).hexdigest(), may=may)

    given = {"all": known("all", "send", "unregistered"), "reader": known("reader", "unregistered")}
    return read_api_keys(given, str)


@pytest.fixture
def admission() -> Admission:
    return Admission(LIMITS)


@pytest.fixture
def api(desk: Any, admission: Admission) -> RestApi:
    return RestApi(
        keys(),
        desk.sending,
        UnregisteredDevices(None),
        description=b'{"openapi":"3.1.0"}',
        limits=LIMITS,
        admission=admission,
    )


async def asking(
    api: RestApi,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    query: bytes = b"",
    key: str | None = "all",
    events: list[dict[str, Any]] | None = None,
    **headers: str,
) -> tuple[int, dict[str, str], Any]:
    events = events or [{"type": "http.request", "body": body}]
    sent: list[Any] = []
    fields = {"host": "h", "content-type": "application/json"}
    fields |= {} if key is None else {"authorization": f"Bearer {key}"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
    }
    await api(scope, receive, send)
    if not sent:
        return 0, {}, None
    start, content = sent
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], answered, json.loads(content["body"])


@pytest.fixture
def ask(api: RestApi) -> Ask:
    return lambda *request, **more: asyncio.run(asking(api, *request, **more))


def notification(token: str, word: str = "ok") -> bytes:
    return json.dumps({"deviceToken": token, "alert": word}).encode()


def test_a_notification_is_sent(ask: Ask, token: str) -> None:
    status, headers, told = ask("POST", "/v1/notifications", notification(token))
    assert (status, headers["content-type"]) == (200, "application/json")
    assert told["outcome"] == "accepted"


def test_the_description_needs_no_key(ask: Ask) -> None:
    status, headers, told = ask("GET", "/v1/openapi.json", key=None)
    assert (status, headers["content-type"], told) == (
        200,
        "application/json",
        {"openapi": "3.1.0"},
    )


@pytest.mark.parametrize("key", [None, "other", ""])
def test_without_a_key_that_is_known_nothing_is_done(
    ask: Ask, desk: Any, token: str, key: str | None
) -> None:
    status, headers, told = ask("POST", "/v1/notifications", notification(token), key=key)
    assert (status, told["status"]) == (401, 401)
    assert headers["www-authenticate"].startswith("Bearer ")
    assert headers["content-type"] == "application/problem+json"
    assert desk.apple.sent == []


def test_a_key_is_for_what_it_may(ask: Ask, desk: Any, token: str) -> None:
    status, _, told = ask("POST", "/v1/notifications", notification(token), key="reader")
    assert (status, told["detail"]) == (403, "The API key 'reader' may not: send")
    assert desk.apple.sent == []
    assert ask("GET", "/v1/unregistered", key="reader")[0] == 404  # it keeps none


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/v1/none", 404, None),
        ("GET", "/v1/notifications", 405, "POST"),
        ("PUT", "/v1/unregistered", 405, "GET, DELETE, HEAD"),
    ],
)
def test_other_paths_and_methods_are_told(
    ask: Ask, method: str, path: str, status: int, allowed: str | None
) -> None:
    answered, headers, told = ask(method, path, key=None)
    assert (answered, told["status"], headers.get("allow")) == (status, status, allowed)


@pytest.mark.parametrize("headers", [{"content_type": "text/plain"}, {"content_encoding": "gzip"}])
def test_a_body_that_is_not_plain_json_is_refused(
    ask: Ask, token: str, headers: dict[str, str]
) -> None:
    assert ask("POST", "/v1/notifications", notification(token), **headers)[0] == 415


def test_a_charset_behind_the_media_type_does_no_harm(ask: Ask, token: str) -> None:
    content_type = "application/json; charset=utf-8"
    body = notification(token)
    assert ask("POST", "/v1/notifications", body, content_type=content_type)[0] == 200


def test_a_body_that_is_too_long_is_refused(ask: Ask) -> None:
    status, headers, _ = ask("POST", "/v1/notifications", content_length="1001")
    assert (status, headers["content-type"]) == (413, "application/problem+json")


def test_a_client_that_holds_its_body_back_is_refused_with_the_end_of_the_connection(
    ask: Ask,
) -> None:
    assert ask("POST", "/v1/none", expect="100-continue")[1]["connection"] == "close"


def test_a_query_that_is_not_valid_is_told(ask: Ask) -> None:
    status, _, told = ask("DELETE", "/v1/unregistered", query=b"upTo=x")
    assert (status, told["errors"][0]["parameter"]) == (422, "upTo")


def test_the_limits_of_the_gateway_are_those_of_the_api(
    ask: Ask, admission: Admission, token: str
) -> None:
    with admission.admit(), admission.admit():
        status, headers, _ = ask("POST", "/v1/notifications", notification(token))
    assert (status, headers["retry-after"]) == (503, "1")
    assert ask("POST", "/v1/notifications", notification(token))[0] == 200
    assert admission.requests == 0


def test_a_client_that_leaves_early_gets_nothing(ask: Ask, desk: Any) -> None:
    events = [{"type": "http.disconnect"}]
    assert ask("POST", "/v1/notifications", events=events) == (0, {}, None)
    assert desk.apple.sent == []


def test_an_unexpected_error_ends_one_request_and_is_logged(
    ask: Ask, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    status, headers, told = ask("POST", "/v1/notifications", notification(token, "bug"))
    assert (status, headers["content-type"]) == (500, "application/problem+json")
    assert "a bug" not in json.dumps(told)
    assert "a bug" in caplog.text


def test_a_request_that_is_cut_off_by_the_end_of_the_gateway_is_told(
    api: RestApi, desk: Any, token: str
) -> None:
    async def scenario() -> None:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": notification(token, "held")}

        async def send(event: Any) -> None:
            sent.append(event)

        fields = [(b"authorization", b"Bearer all"), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/v1/notifications"}
        request = api({**scope, "query_string": b"", "headers": fields}, receive, send)
        task = asyncio.ensure_future(request)
        await desk.apple.holds.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sent[0]["status"] == 503
        assert b"not known" in sent[1]["body"]

    asyncio.run(scenario())


def test_the_log_shows_neither_keys_nor_bodies(
    ask: Ask, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ask("POST", "/v1/notifications", b"secret body", key="a wrong key")
    ask("POST", "/v1/notifications", notification(token, "Unregistered"))
    for secret in ("a wrong key", "secret body", token):
        assert secret not in caplog.text
