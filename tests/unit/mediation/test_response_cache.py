"""Responses that are kept for a while."""

from __future__ import annotations

import pytest

from apns_connector.mediation import response_cache
from apns_connector.mediation.response_cache import (
    CachedResponse,
    HashedHeaders,
    ResponseCache,
    is_fresh,
    may_be_stored,
    request_hash,
)


def response(name: str, stored: float = 0.0, size: int = 1) -> CachedResponse:
    return CachedResponse(name, False, size, stored)


def test_a_response_is_known_until_it_is_too_old() -> None:
    cache = ResponseCache(seconds=10)
    cache.put("k", response("a", stored=5))
    assert cache.get("k", 14.9) == response("a", stored=5)
    assert cache.get("k", 15) is None
    assert cache.get("none", 0) is None


def test_of_too_many_the_one_that_was_asked_for_the_longest_ago_is_forgotten() -> None:
    cache = ResponseCache(seconds=10, entries=2)
    for key in ("a", "b"):
        cache.put(key, response(key))
    assert cache.get("a", 1) is not None
    cache.put("c", response("c"))
    assert [cache.get(key, 1) is not None for key in ("a", "b", "c")] == [True, False, True]


def test_of_too_much_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_cache, "BYTES_LIMIT", 10)
    cache = ResponseCache()
    cache.put("a", response("a", size=6))
    cache.put("a", response("a", size=4))
    cache.put("b", response("b", size=6))
    assert cache.get("a", 1) is not None
    cache.put("c", response("c", size=5))
    assert [cache.get(key, 1) is not None for key in ("a", "b", "c")] == [True, False, True]
    cache.put("huge", response("huge", size=11))
    assert cache.get("huge", 1) is None


HEADERS = {"Accept": "a", "X-B": "b"}


@pytest.mark.parametrize(
    ("included", "excluded", "hashed"),
    [
        ((), (), ["accept", "x-b"]),
        ((), ("x-b",), ["accept"]),
        ((), ("*",), []),
        (("X-B", "none"), (), ["x-b"]),
        (("*",), ("x-b",), ["accept", "x-b"]),
        (("accept",), ("accept",), ["accept"]),
    ],
)
def test_headers_are_part_of_the_hash_by_inclusion_or_exclusion(
    included: tuple[str, ...], excluded: tuple[str, ...], hashed: list[str]
) -> None:
    assert [name for name, _ in HashedHeaders(included, excluded).of(HEADERS)] == hashed


def test_the_hash_knows_requests_apart() -> None:
    hashes = [
        request_hash("POST", "/a", [], b"x"),
        request_hash("PUT", "/a", [], b"x"),
        request_hash("POST", "/b", [], b"x"),
        request_hash("POST", "/a", [("n", "v")], b"x"),
        request_hash("POST", "/a", [("nv", "")], b"x"),
        request_hash("POST", "/a", [], b"y"),
        request_hash("GET", "/a", [], b"x"),
    ]
    assert len(set(hashes)) == len(hashes)
    assert request_hash("GET", "/a", [], b"y") == hashes[-1]


@pytest.mark.parametrize(("control", "stored"), [("", True), ("private, No-Store", False)])
def test_no_store_means_what_it_says(control: str, stored: bool) -> None:
    assert may_be_stored(control) is stored


@pytest.mark.parametrize(
    ("control", "now", "fresh"),
    [("", 99, True), ("max-age=10", 10, True), ("Max-Age=10", 11, False), ("no-cache", 0, False)],
)
def test_a_response_says_for_how_long_it_is_fresh(control: str, now: float, fresh: bool) -> None:
    headers = (("Cache-Control", control),) if control else ()
    assert is_fresh(CachedResponse("", False, 0, 0.0, headers), now) is fresh
