from __future__ import annotations

import pytest

from apns_connector.apns import goaway
from apns_connector.apns.reasons import REASONS, Action


@pytest.mark.parametrize(
    ("code", "debug", "sentence"),
    [
        (0, b'{"reason":"Shutdown"}', "GOAWAY (Shutdown)"),
        (0, b"", "GOAWAY"),
        (11, b"too many pings", "GOAWAY (ENHANCE_YOUR_CALM: too many pings)"),
        (7, b"", "GOAWAY (REFUSED_STREAM)"),
        (99, b"", "GOAWAY (error code 0x63)"),
        (0, b'{"reason":7}', 'GOAWAY ({"reason":7})'),
        (0, b"\xff\xfe", "GOAWAY (\ufffd\ufffd)"),
        (0, b"x" * 500, f"GOAWAY ({'x' * 200})"),
    ],
)
def test_a_goaway_is_told_in_words(code, debug, sentence):
    assert goaway.describe(code, debug) == sentence


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda row: row.name)
def test_only_reasons_about_credentials_refuse_every_connection(reason):
    refused = goaway.refusal(b'{"reason":"%s"}' % reason.name.encode())
    assert refused == (reason if reason.action is Action.CREDENTIALS else None)


@pytest.mark.parametrize("debug", [b"", b"Maximum active streams violated", b"{}", b'{"reason":1}'])
def test_debug_data_without_a_known_reason_refuses_nothing(debug):
    assert goaway.refusal(debug) is None
