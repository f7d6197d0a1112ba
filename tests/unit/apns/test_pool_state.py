"""The pool as seen from outside is a value: it stays as it was taken."""

from __future__ import annotations

import dataclasses

import pytest

from apns_connector.apns.pool import Bound
from apns_connector.apns.pool_state import PoolState


def test_a_state_cannot_be_changed():
    state = PoolState((), 0, 8, Bound.NOTHING, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.waiting = 1
