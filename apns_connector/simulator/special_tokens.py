"""Device tokens that provoke what Apple seldom does: each rejection, silence, resets, GOAWAY.

The first eight of the 64 hex digits decide, the other 56 are free, so that there can be as many
such devices as a test needs. Digits 1 to 4 say when: ``bad0`` and ``bad2`` always, ``bad1`` and
``bad3`` only for the first request to the device, which is accepted from then on. Such a request
must pass Apple's rules first, as any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from apns_connector.simulator.behaviour import (
    ACCEPTED,
    ACTIVE_STREAMS_VIOLATED,
    Behaviour,
    Close,
    Goaway,
    Reset,
    Silence,
    Slow,
    goaway_reason,
    rejection,
)

_CODE = 8  # digits


@dataclass(frozen=True, slots=True)
class SpecialToken:
    """One row of the table: ``always`` and ``once`` are the first eight digits of the token."""

    always: str
    behaviour: Behaviour
    meaning: str

    @property
    def once(self) -> str:
        return {"bad0": "bad1", "bad2": "bad3"}[self.always[:4]] + self.always[4:]

    def device_token(self, device: int = 1, *, once: bool = False) -> str:
        """A full token of this kind; ``device`` numbers the devices."""
        return f"{self.once if once else self.always}{device:056x}"


def _rejecting(code: str, reason: str) -> SpecialToken:
    answer = rejection(reason)
    meaning = f"{answer.status} {reason}" + (" with a timestamp" if answer.timestamp else "")
    return SpecialToken(code, answer, meaning)


SPECIAL_TOKENS: tuple[SpecialToken, ...] = (
    # bad0, then the status, then the row within that status.
    _rejecting("bad04001", "BadCollapseId"),
    _rejecting("bad04002", "BadDeviceToken"),
    _rejecting("bad04003", "BadExpirationDate"),
    _rejecting("bad04004", "BadMessageId"),
    _rejecting("bad04005", "BadPriority"),
    _rejecting("bad04006", "BadTopic"),
    _rejecting("bad04007", "DeviceTokenNotForTopic"),
    _rejecting("bad04008", "DuplicateHeaders"),
    _rejecting("bad04009", "IdleTimeout"),
    _rejecting("bad0400a", "InvalidPushType"),
    _rejecting("bad0400b", "MissingDeviceToken"),
    _rejecting("bad0400c", "MissingTopic"),
    _rejecting("bad0400d", "PayloadEmpty"),
    _rejecting("bad0400e", "TopicDisallowed"),
    _rejecting("bad04031", "BadCertificate"),
    _rejecting("bad04032", "BadCertificateEnvironment"),
    _rejecting("bad04033", "ExpiredProviderToken"),
    _rejecting("bad04034", "Forbidden"),
    _rejecting("bad04035", "InvalidProviderToken"),
    _rejecting("bad04036", "MissingProviderToken"),
    _rejecting("bad04037", "UnrelatedKeyIdInToken"),
    _rejecting("bad04038", "BadEnvironmentKeyIdInToken"),
    _rejecting("bad04039", "BadEnvironmentKeyInToken"),
    _rejecting("bad04041", "BadPath"),
    _rejecting("bad04051", "MethodNotAllowed"),
    _rejecting("bad04101", "ExpiredToken"),
    _rejecting("bad04102", "Unregistered"),
    _rejecting("bad04131", "PayloadTooLarge"),
    _rejecting("bad04291", "TooManyProviderTokenUpdates"),
    _rejecting("bad04292", "TooManyRequests"),
    _rejecting("bad05001", "InternalServerError"),
    _rejecting("bad05031", "ServiceUnavailable"),
    _rejecting("bad05032", "Shutdown"),
    # bad2, then the kind (0 silence, 1 reset, 2 GOAWAY, 3 slow, 4 close), then its variant.
    SpecialToken("bad20000", Silence(), "never answered"),
    SpecialToken("bad20001", Silence(processed=True), "accepted, but never answered"),
    SpecialToken("bad21000", Reset(0), "RST_STREAM NO_ERROR"),
    SpecialToken("bad21001", Reset(1), "RST_STREAM PROTOCOL_ERROR"),
    SpecialToken("bad21002", Reset(2), "RST_STREAM INTERNAL_ERROR"),
    SpecialToken("bad21007", Reset(7), "RST_STREAM REFUSED_STREAM (not processed)"),
    SpecialToken("bad21008", Reset(8), "RST_STREAM CANCEL"),
    SpecialToken("bad2100b", Reset(11), "RST_STREAM ENHANCE_YOUR_CALM"),
    SpecialToken(
        "bad22000",
        Goaway(goaway_reason("Shutdown")),
        'GOAWAY {"reason":"Shutdown"} that leaves this request unprocessed; the connection ends',
    ),
    SpecialToken(
        "bad22001",
        Goaway(goaway_reason("Shutdown"), processed=True),
        'accepted, but instead of the answer GOAWAY {"reason":"Shutdown"}; the connection ends',
    ),
    SpecialToken(
        "bad22002",
        Goaway(ACTIVE_STREAMS_VIOLATED, error_code=7),
        "GOAWAY REFUSED_STREAM with debug data in plain text, request unprocessed",
    ),
    SpecialToken(
        "bad22003",
        Goaway(b"", error_code=11),
        "GOAWAY ENHANCE_YOUR_CALM without debug data, request unprocessed",
    ),
    SpecialToken("bad23010", Slow(100, ACCEPTED), "accepted after 0.1 seconds"),
    SpecialToken("bad23100", Slow(1000, ACCEPTED), "accepted after 1 second"),
    SpecialToken("bad23500", Slow(5000, ACCEPTED), "accepted after 5 seconds"),
    SpecialToken("bad24000", Close(), "TCP reset without an answer"),
    SpecialToken(
        "bad24001", Close(processed=True), "accepted, but TCP reset instead of the answer"
    ),
)

_ALWAYS = {row.always: row.behaviour for row in SPECIAL_TOKENS}
_ONCE = {row.once: row.behaviour for row in SPECIAL_TOKENS}


def is_once(device_token: str) -> bool:
    """Whether the token's behaviour depends on whether it was seen before."""
    return device_token[:_CODE] in _ONCE


def special_behaviour(device_token: str, *, seen_before: bool) -> Behaviour | None:
    """What a well-formed token in lower case provokes; ``None`` for an ordinary device."""
    code = device_token[:_CODE]
    return _ALWAYS.get(code) or (None if seen_before else _ONCE.get(code))


def token_for(behaviour: Behaviour, device: int = 1, *, once: bool = False) -> str:
    """The special token that provokes ``behaviour``, such as ``rejection("Unregistered")``.

    :raises KeyError: if no row of the table does
    """
    for row in SPECIAL_TOKENS:
        if row.behaviour == behaviour:
            return row.device_token(device, once=once)
    raise KeyError(behaviour)
