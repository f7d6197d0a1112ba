"""Reads what an endpoint does about failures: markForSuspension, suspendOnFailure, retryConfig."""

from __future__ import annotations

import re
from dataclasses import replace

from apns_connector.mediation.endpoints.suspension import Policy
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element, local_name

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def policy_from_element(element: Element, reader: Reader) -> Policy:
    """Of the element that tells the address, such as ``<http>``. Raises ConfigurationError for
    what is no number."""
    policy = Policy()
    timeout = element.find(_tag("markForSuspension"))
    if timeout is not None:
        policy = replace(
            policy,
            timeout_codes=_codes(timeout, "errorCodes", reader) or policy.timeout_codes,
            retries=int(_number(timeout, "retriesBeforeSuspension", policy.retries, reader)),
            retry_delay=_seconds(timeout, "retryDelay", policy.retry_delay, reader),
        )
    suspend = element.find(_tag("suspendOnFailure"))
    if suspend is not None:
        policy = replace(
            policy,
            suspend_codes=_codes(suspend, "errorCodes", reader),
            initial=_seconds(suspend, "initialDuration", policy.initial, reader),
            factor=_number(suspend, "progressionFactor", policy.factor, reader),
            maximum=_seconds(suspend, "maximumDuration", policy.maximum, reader),
        )
    retry = element.find(_tag("retryConfig"))
    if retry is not None:
        policy = replace(
            policy,
            not_retried=_codes(retry, "disabledErrorCodes", reader),
            retried=_codes(retry, "enabledErrorCodes", reader),
        )
    return policy


def _codes(parent: Element, name: str, reader: Reader) -> frozenset[int]:
    """Numbers separated by commas or blanks. The tools write ``-1``, which no code equals, where
    none is meant."""
    child = parent.find(_tag(name))
    if child is None:
        return frozenset()
    words = text_of_setting(child, reader).replace(",", " ").split()
    return frozenset(int(_parsed(word, child, reader)) for word in words)


def _seconds(parent: Element, name: str, default: float, reader: Reader) -> float:
    """Milliseconds in the configuration."""
    return _number(parent, name, default * 1000, reader) / 1000


def _number(parent: Element, name: str, default: float, reader: Reader) -> float:
    child = parent.find(_tag(name))
    if child is None or not (text := text_of_setting(child, reader)):
        return default
    return _parsed(text, child, reader)


def _parsed(text: str, element: Element, reader: Reader) -> float:
    if _NUMBER.fullmatch(text) is None:
        name = local_name(element.tag)
        raise reader.error(element, f"<{name}>: '{text}' is not a number")
    return float(text)


def text_of_setting(element: Element, reader: Reader) -> str:
    """The trimmed text of an element, or what it stands for. Raises ConfigurationError."""
    return reader.resolved(element, (element.text or "").strip())


def _tag(name: str) -> str:
    return f"{{{SYNAPSE}}}{name}"
