"""Who keeps messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from apns_connector.errors import StoreUnavailable
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_keeper import NoKeeper


def test_a_deployment_that_is_only_read_keeps_nothing_and_says_so(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> None:
    keeper = deploy().keeper
    assert isinstance(keeper, NoKeeper)
    with pytest.raises(StoreUnavailable, match="'S': it is not open"):
        asyncio.run(keeper.keep("S", new_message()))
