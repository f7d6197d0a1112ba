"""A log line is masked at the last door, whoever wrote it."""

from __future__ import annotations

import logging

from apns_connector.cli.log import RedactingFormatter, redacted

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJURUFNIn0.c2lnbmF0dXJl"
TOKEN = "ab" * 28 + "cdef0123"


def test_a_provider_token_is_masked():
    assert redacted(f"authorization: bearer {JWT}!") == "authorization: bearer ***!"


def test_a_long_line_of_what_might_be_tokens_is_masked_in_no_time():
    line = "-eyJ" * 250_000
    assert redacted(line) == line


def test_a_device_token_is_cut_to_its_end():
    assert redacted(f"POST /3/device/{TOKEN}") == "POST /3/device/…cdef0123"


def test_the_formatter_masks_arguments_and_tracebacks_as_well():
    try:
        raise ValueError(f"no such token: {TOKEN}")
    except ValueError as error:
        record = logging.LogRecord(
            "a.library", logging.ERROR, "f", 1, "failed: %s", (JWT,), (ValueError, error, None)
        )
    line = RedactingFormatter("%(message)s").format(record)
    assert line.startswith("failed: ***")
    assert line.endswith("no such token: …cdef0123")
