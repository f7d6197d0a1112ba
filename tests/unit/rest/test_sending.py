"""From a body to an answer. Apple is a stand-in that says what it is told to say."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from apns_connector.errors import CredentialsError
from apns_connector.gateway.answer import Answer
from apns_connector.rest.problem import Refusal


def said(answer: Answer) -> tuple[int, Any]:
    return answer.status, json.loads(answer.body)


def test_one_that_is_accepted_is_answered_with_its_id(desk: Any) -> None:
    status, told = said(asyncio.run(desk.post("ok")))
    assert (status, told) == (200, {"outcome": "accepted", "apnsId": desk.apple.sent[0].apns_id})
    assert desk.apple.sent[0].topic == "com.example.app"


@pytest.mark.parametrize(
    ("word", "status", "outcome", "retry"),
    [
        ("Unregistered", 410, "rejected", None),
        ("BadDeviceToken", 422, "rejected", None),
        ("InvalidProviderToken", 502, "rejected", None),
        ("TooManyRequests", 429, "rejected", "1"),
        ("unsent", 503, "notSent", "1"),
        ("lost", 504, "unknown", None),
    ],
)
def test_one_that_is_not_is_a_problem(
    desk: Any, word: str, status: int, outcome: str, retry: str | None
) -> None:
    answer = asyncio.run(desk.post(word))
    headers = dict(answer.headers)
    assert headers["content-type"] == "application/problem+json"
    assert headers.get("retry-after") == retry
    assert said(answer)[0] == status
    assert said(answer)[1]["outcome"] == outcome


def test_of_many_each_has_its_outcome_in_the_order_of_the_request(desk: Any) -> None:
    status, told = said(asyncio.run(desk.post("ok", "Unregistered", "unsent", "lost", "ok")))
    assert status == 200
    assert (told["accepted"], told["failed"]) == (2, 3)
    words = [one["outcome"] for one in told["notifications"]]
    assert words == ["accepted", "rejected", "notSent", "unknown", "accepted"]
    assert told["notifications"][1]["reason"] == "Unregistered"
    ids = [one["apnsId"] for one in told["notifications"]]
    assert ids == [one.apns_id for one in reversed(desk.apple.sent)]


def test_what_is_not_valid_is_not_sent_and_the_others_are(desk: Any, token: str) -> None:
    entries = [
        {"deviceToken": token, "alert": "ok"},
        {"deviceToken": "xyz", "alert": "ok"},
        {"deviceToken": token, "alert": "ok", "pushType": "voip", "topic": "com.example.app"},
        {"deviceToken": token},
        {"deviceToken": token, "alert": "ok"},
    ]
    answer = asyncio.run(desk.sending.post(json.dumps(entries).encode(), "me", None))
    outcomes = said(answer)[1]["notifications"]
    assert [one["outcome"] for one in outcomes] == [
        "accepted", "invalid", "invalid", "invalid", "accepted",
    ]  # fmt: skip
    assert [one.get("pointer") for one in outcomes[1:4]] == [
        "#/1/deviceToken", "#/2/topic", "#/3/payload",
    ]  # fmt: skip
    assert len(desk.apple.sent) == 2


def test_too_many_are_refused_before_anything_is_sent(desk: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        asyncio.run(desk.post(*["ok"] * 6))
    assert refusal.value.problem.status == 413
    assert desk.apple.sent == []


def test_without_credentials_nothing_is_sent_and_the_log_says_why(
    desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    desk.clients.failure = CredentialsError("push.p12 has expired")
    with pytest.raises(Refusal) as refusal:
        asyncio.run(desk.post("ok"))
    assert refusal.value.problem.status == 502
    assert "push.p12" not in refusal.value.problem.detail
    assert "push.p12 has expired" in caplog.text


# Idempotency


def test_the_same_request_again_is_answered_as_before_and_sends_nothing(desk: Any) -> None:
    async def scenario() -> None:
        first = await desk.post("ok", "Unregistered", key="k")
        again = await desk.post("ok", "Unregistered", key="k")
        assert (again.status, again.body) == (first.status, first.body)
        assert dict(again.headers)["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in dict(first.headers)
        assert len(desk.apple.sent) == 2
        desk.now = 100.0
        await desk.post("ok", "Unregistered", key="k")
        assert len(desk.apple.sent) == 4

    asyncio.run(scenario())


def test_a_problem_is_remembered_like_any_answer(desk: Any) -> None:
    async def scenario() -> None:
        assert (await desk.post("lost", key="k")).status == 504
        assert (await desk.post("lost", key="k")).status == 504
        assert len(desk.apple.sent) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("words", [("unsent",), ("unsent", "unsent")])
def test_what_was_certainly_not_sent_may_be_sent_again(desk: Any, words: tuple[str, ...]) -> None:
    async def scenario() -> None:
        await desk.post(*words, key="k")
        await desk.post(*words, key="k")
        assert len(desk.apple.sent) == 2 * len(words)

    asyncio.run(scenario())


def test_another_body_under_the_same_key_is_refused(desk: Any) -> None:
    async def scenario() -> None:
        await desk.post("ok", key="k")
        with pytest.raises(Refusal) as refusal:
            await desk.post("Unregistered", key="k")
        assert refusal.value.problem.status == 422
        assert (await desk.post("Unregistered", key="k", owner="you")).status == 410

    asyncio.run(scenario())


def test_a_second_request_while_the_first_is_under_way_is_refused(desk: Any) -> None:
    async def scenario() -> None:
        first = asyncio.create_task(desk.post("held", key="k"))
        await desk.apple.holds.wait()
        with pytest.raises(Refusal) as refusal:
            await desk.post("held", key="k")
        assert refusal.value.problem.status == 409
        desk.apple.release.set()
        assert (await first).status == 200
        assert (await desk.post("held", key="k")).status == 200
        assert len(desk.apple.sent) == 1

    asyncio.run(scenario())


def test_a_request_that_is_refused_leaves_its_key_free(desk: Any) -> None:
    async def scenario() -> None:
        with pytest.raises(Refusal):
            await desk.sending.post(b"{", "me", "k")
        assert (await desk.post("ok", key="k")).status == 200

    asyncio.run(scenario())


def test_after_a_mistake_of_ours_nobody_sends_it_again_unknowingly(desk: Any) -> None:
    async def scenario() -> None:
        with pytest.raises(KeyError):
            await desk.post("bug", key="k")
        status, told = said(await desk.post("bug", key="k"))
        assert (status, len(desk.apple.sent)) == (500, 1)
        assert "not known" in told["detail"]

    asyncio.run(scenario())


def test_a_key_that_no_header_can_hold_is_refused(desk: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        asyncio.run(desk.post("ok", key="k" * 256))
    assert refusal.value.problem.status == 400
