"""What Apple thinks of an authorization header."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apns_connector.simulator.provider_token import judge_authorization, read_provider_token


def verdict_on(authorization, tokens, now, binding=None):
    return judge_authorization(authorization, binding, tokens, now)


@pytest.fixture
def bound(team, tokens, now):
    """The binding of a connection whose first token is good."""
    return verdict_on(team.authorization(), tokens, now).binding


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"der": True},
        {"layout": 2},
        {"header": {"typ": "JWT"}},
        {"claims": {"kid": "DEMOKEY001", "exp": 1, "aud": "any"}},
    ],
    ids=["r and s", "DER", "line breaks", "typ", "unknown claims"],
)
def test_every_form_that_clients_send_is_good(form, team, tokens, now):
    assert verdict_on(team.authorization(**form), tokens, now).reason is None


@pytest.mark.parametrize("issued_at", ["1800000000", 1_800_000_000.5, "1800000000.5"])
def test_the_time_of_issue_may_be_text_or_a_fraction(issued_at, team, tokens, now):
    authorization = team.authorization(claims={"iat": issued_at})
    assert verdict_on(authorization, tokens, now).reason is None


@pytest.mark.parametrize("scheme", [b"bearer", b"Bearer", b"BEARER"])
def test_the_scheme_may_have_any_case(scheme, team, tokens, now):
    assert verdict_on(scheme + b" " + team.token(), tokens, now).reason is None


def test_base64_padding_is_tolerated(team, tokens, now):
    authorization = team.authorization(der=True) + b"=="
    assert verdict_on(authorization, tokens, now).reason is None


@pytest.mark.parametrize("authorization", [None, b"", b"bearer", b"Bearer "])
def test_nothing_is_a_missing_token(authorization, tokens, now):
    assert verdict_on(authorization, tokens, now).reason == "MissingProviderToken"


@pytest.mark.parametrize(
    "form",
    [
        {"header": {"alg": "HS256"}},
        {"header": {"alg": None}},
        {"header": {"kid": "UNKNOWNKEY"}},
        {"header": {"kid": None}},
        {"header": {"kid": 1}},
        {"claims": {"iss": "OTHERTEAM1"}},
        {"claims": {"iss": None}},
        {"claims": {"iat": None}},
        {"claims": {"iat": True}},
        {"claims": {"iat": "now"}},
        {"claims": {"iat": "nan"}},
        {"claims": {"iat": "inf"}},
        {"claims": {"iat": [1]}},
    ],
)
def test_a_token_with_a_wrong_part_is_invalid(form, team, tokens, now):
    assert verdict_on(team.authorization(**form), tokens, now).reason == "InvalidProviderToken"


@pytest.mark.parametrize(
    "text",
    [b"x", b"a.b", b"a.b.c.d", b"!.!.!", b"W10.W10.AA", b"bnVsbA.bnVsbA.AA", b"\xff.\xff.\xff"],
)
def test_what_is_no_jwt_is_invalid(text, tokens, now):
    assert read_provider_token(text) is None
    assert verdict_on(b"bearer " + text, tokens, now).reason == "InvalidProviderToken"


def test_a_deeply_nested_jwt_is_invalid_and_nothing_worse(tokens, now):
    nested = b"W1tb" * 1500  # "[[[" in base64
    authorization = b"bearer " + nested + b"." + nested + b".AA"
    assert verdict_on(authorization, tokens, now).reason == "InvalidProviderToken"


def test_another_scheme_than_bearer_is_invalid(tokens, now):
    assert verdict_on(b"Basic dXNlcjpwYXNz", tokens, now).reason == "InvalidProviderToken"


@pytest.mark.parametrize("der", [False, True])
def test_a_signature_by_another_key_is_invalid(der, team, second_key, tokens, now):
    signed, _, _ = team.token().rpartition(b".")
    _, _, signature = second_key.token(der=der).rpartition(b".")
    authorization = b"bearer " + signed + b"." + signature
    assert verdict_on(authorization, tokens, now).reason == "InvalidProviderToken"


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (0, None),
        (3600, None),
        (3601, "ExpiredProviderToken"),
        (-3600, None),
        (-3601, "ExpiredProviderToken"),
    ],
)
def test_a_token_is_good_for_an_hour_either_way(age, reason, team, tokens, now):
    authorization = team.authorization(claims={"iat": int(now) - age})
    assert verdict_on(authorization, tokens, now).reason == reason


def test_a_token_that_was_good_expires_on_its_connection(team, tokens, now, bound):
    assert verdict_on(team.authorization(), tokens, now + 1, bound).reason is not None
    same = bound.authorization
    assert verdict_on(same, tokens, now + 3600, bound).reason is None
    assert verdict_on(same, tokens, now + 3601, bound).reason == "ExpiredProviderToken"


def test_a_key_of_the_other_environment_is_refused(team, tokens, now):
    key = team.provider_key(environment="production")
    tokens = replace(tokens, keys={key.key_id: key})
    reason = verdict_on(team.authorization(), tokens, now).reason
    assert reason == "BadEnvironmentKeyIdInToken"


def test_the_token_of_another_team_is_invalid_on_a_bound_connection(other_team, tokens, now, bound):
    assert verdict_on(other_team.authorization(), tokens, now).reason is None
    verdict = verdict_on(other_team.authorization(), tokens, now + 2000, bound)
    assert (verdict.reason, verdict.binding) == ("InvalidProviderToken", bound)


def test_another_key_of_the_team_is_unrelated_on_a_bound_connection(second_key, tokens, now, bound):
    verdict = verdict_on(second_key.authorization(), tokens, now + 2000, bound)
    assert (verdict.reason, verdict.binding) == ("UnrelatedKeyIdInToken", bound)


@pytest.mark.parametrize(
    ("seconds", "reason"), [(1199, "TooManyProviderTokenUpdates"), (1200, None)]
)
def test_a_new_token_within_twenty_minutes_is_one_too_many(
    seconds, reason, team, tokens, now, bound
):
    later = now + seconds
    authorization = team.authorization(claims={"iat": int(later)})
    assert verdict_on(authorization, tokens, later, bound).reason == reason


def test_after_one_token_too_many_the_older_one_is_still_good(team, tokens, now, bound):
    hasty = verdict_on(team.authorization(claims={"iat": int(now) + 1}), tokens, now + 1, bound)
    assert hasty.reason == "TooManyProviderTokenUpdates"
    assert verdict_on(bound.authorization, tokens, now + 2, hasty.binding).reason is None


def test_without_an_interval_every_request_may_bring_a_new_token(team, tokens, now, bound):
    tokens = replace(tokens, update_interval=0)
    authorization = team.authorization(claims={"iat": int(now) + 1})
    assert verdict_on(authorization, tokens, now, bound).reason is None


def test_no_secret_is_shown_by_a_token_or_a_binding(team, bound):
    secret = team.token().rpartition(b".")[2].decode()
    assert secret not in repr(read_provider_token(team.token()))
    assert bound.authorization.decode()[7:] not in repr(bound)
