"""What an endpoint is configured to do about failures."""

from __future__ import annotations

import math

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation import xml
from apns_connector.mediation.endpoints.policy import policy_from_element
from apns_connector.mediation.endpoints.suspension import TIMEOUT_CODES, Policy
from apns_connector.mediation.reading import Language, Reader


def refuse(*_: object) -> None:
    raise AssertionError


def policy(content: str) -> Policy:
    element = xml.parse(f"<http xmlns='{xml.SYNAPSE}'>\n{content}</http>".encode())
    language = Language(mediators={}, not_supported={}, operation=refuse)  # type: ignore[arg-type]
    return policy_from_element(element, Reader("e.xml", language))


def test_without_any_of_it_the_defaults_hold() -> None:
    assert policy("") == Policy()
    assert policy("<markForSuspension/><suspendOnFailure/><retryConfig/>") == Policy()
    assert Policy().timeout_codes == TIMEOUT_CODES
    assert math.isinf(Policy().maximum)


def test_everything_is_read_and_milliseconds_become_seconds() -> None:
    assert policy(
        "<markForSuspension><errorCodes>101504, 101505,101507</errorCodes>"
        "<retriesBeforeSuspension> 3 </retriesBeforeSuspension><retryDelay>1500</retryDelay>"
        "</markForSuspension>"
        "<suspendOnFailure><errorCodes>101503 101500</errorCodes>"
        "<initialDuration>4000</initialDuration><progressionFactor>1.5</progressionFactor>"
        "<maximumDuration>60000</maximumDuration></suspendOnFailure>"
        "<retryConfig><disabledErrorCodes>101504</disabledErrorCodes>"
        "<enabledErrorCodes>101503</enabledErrorCodes></retryConfig>"
    ) == Policy(
        timeout_codes=frozenset({101504, 101505, 101507}),
        retries=3,
        retry_delay=1.5,
        suspend_codes=frozenset({101503, 101500}),
        initial=4.0,
        factor=1.5,
        maximum=60.0,
        not_retried=frozenset({101504}),
        retried=frozenset({101503}),
    )


def test_minus_one_is_a_code_that_never_comes() -> None:
    never = policy(
        "<markForSuspension><errorCodes>-1</errorCodes></markForSuspension>"
        "<suspendOnFailure><errorCodes>-1</errorCodes><initialDuration>-1</initialDuration>"
        "</suspendOnFailure>"
    )
    assert never.timeout_codes == never.suspend_codes == {-1}
    assert never.initial < 0


@pytest.mark.parametrize(
    "content",
    [
        "<markForSuspension><errorCodes>101504;101505</errorCodes></markForSuspension>",
        "<markForSuspension><retriesBeforeSuspension>x</retriesBeforeSuspension></markForSuspension>",
        "<suspendOnFailure><progressionFactor>nan</progressionFactor></suspendOnFailure>",
        "<suspendOnFailure><maximumDuration>1e9</maximumDuration></suspendOnFailure>",
    ],
)
def test_what_is_no_number_is_refused_with_its_line(content: str) -> None:
    with pytest.raises(ConfigurationError, match=r"e\.xml:2: <\w+>: '.*' is not a number"):
        policy(content)
