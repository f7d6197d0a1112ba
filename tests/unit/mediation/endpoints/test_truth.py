"""Whether a property says yes."""

from __future__ import annotations

import pytest

from apns_connector.mediation.endpoints.truth import is_true


@pytest.mark.parametrize(
    ("value", "yes"),
    [("true", True), (" TRUE ", True), (True, True), ("false", False), (None, False), ("1", False)],
)
def test_only_true_is_true(value: object, yes: bool) -> None:
    assert is_true(value) is yes
