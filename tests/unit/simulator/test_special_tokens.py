"""The table of device tokens that provoke each answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apns_connector.simulator.behaviour import STATUS_OF, Answer, Silence, rejection
from apns_connector.simulator.special_tokens import (
    SPECIAL_TOKENS,
    is_once,
    special_behaviour,
    token_for,
)

PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"


def test_every_reason_has_a_token():
    rows = [row.behaviour.reason for row in SPECIAL_TOKENS if isinstance(row.behaviour, Answer)]
    assert sorted(rows) == sorted(STATUS_OF)


def test_no_two_rows_share_a_code_or_a_behaviour():
    codes = [code for row in SPECIAL_TOKENS for code in (row.always, row.once)]
    assert len(set(codes)) == len(codes)
    assert len({row.behaviour for row in SPECIAL_TOKENS}) == len(SPECIAL_TOKENS)


@pytest.mark.parametrize("row", SPECIAL_TOKENS, ids=lambda row: row.always)
def test_a_row_acts_always_or_once(row):
    always = row.device_token()
    once = row.device_token(once=True)
    assert (is_once(always), is_once(once)) == (False, True)
    assert special_behaviour(always, seen_before=True) == row.behaviour
    assert special_behaviour(once, seen_before=False) == row.behaviour
    assert special_behaviour(once, seen_before=True) is None


@pytest.mark.parametrize("row", SPECIAL_TOKENS, ids=lambda row: row.always)
def test_the_code_of_a_rejection_names_its_status(row):
    if isinstance(row.behaviour, Answer):
        assert row.always[4:7] == str(row.behaviour.status)
    else:
        assert row.always.startswith("bad2")


def test_tokens_are_64_hex_digits_and_differ_by_device():
    tokens = {row.device_token(device) for row in SPECIAL_TOKENS for device in (1, 2**200)}
    assert len(tokens) == 2 * len(SPECIAL_TOKENS)
    assert all(re.fullmatch("[0-9a-f]{64}", token) for token in tokens)


@pytest.mark.parametrize("device_token", ["ab" * 32, "bad0" + "00" * 30, "bad04103" + "0" * 56])
def test_an_ordinary_device_provokes_nothing(device_token):
    assert special_behaviour(device_token, seen_before=False) is None


def test_a_token_is_found_by_what_it_provokes():
    assert token_for(rejection("Unregistered")) == "bad04102" + "0" * 55 + "1"
    assert token_for(Silence(), 2, once=True) == "bad30000" + "0" * 55 + "2"
    with pytest.raises(KeyError):
        token_for(rejection("Surprise", 418))


def test_the_page_about_the_simulator_prints_this_table():
    printed = re.findall(
        r"^\| `(bad\w+)` \| `(bad\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE
    )
    assert printed == [(row.always, row.once, row.meaning) for row in SPECIAL_TOKENS]
