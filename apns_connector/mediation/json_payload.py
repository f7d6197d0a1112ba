"""JSON payloads: text to values and back. The XML they stand for is in ``json_xml``.

A value is a dict, list, text, int, float, bool or ``None``. A number with a point or an exponent
is an :class:`ExactFloat`, which is written again as it was read: ``1.10`` stays ``1.10``.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from apns_connector.errors import JsonError
from apns_connector.mediation.json_value import ExactFloat
from apns_connector.mediation.json_xml import element_to_json, json_to_element
from apns_connector.mediation.xml import MESSAGE, Limits

__all__ = ["element_to_json", "json_text", "json_to_element", "read_json", "write_json"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


def read_json(content: bytes, limits: Limits = MESSAGE) -> Any:
    """The value of a JSON text (RFC 8259) in UTF-8; of equal names in an object the last counts,
    as in Synapse (Gson).

    Raises JsonError for what is no JSON, and for a text beyond ``limits``: bytes, nesting, number
    of values.
    """
    if len(content) > limits.size:
        raise JsonError(f"The JSON has {len(content)} bytes, more than {limits.size} are refused")
    try:
        value = _decoder.decode(content.removeprefix(_BYTE_ORDER_MARK))
    except RecursionError as error:
        raise _too_deep(limits) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JsonError(f"The payload is no JSON: {_reason(error)}") from error
    # No value is without one of these before it: counting bytes is all that most texts cost.
    openings = content.count(b"{") + content.count(b"[")
    if openings + content.count(b",") >= min(limits.depth, limits.elements):
        _refuse_growth(value, limits)
    return value


def write_json(value: Any) -> bytes:
    """Compact, in UTF-8. Raises JsonError for a value that JSON has no form for."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_without_surrogates(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise JsonError(f"The value cannot be written as JSON: {error}") from error


def json_text(value: Any) -> str:
    """As ``write_json``, decoded."""
    return write_json(value).decode()


def _written(value: Any) -> Any:
    if isinstance(value, ExactFloat):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"a {type(value).__name__} is no JSON")


_decoder = msgspec.json.Decoder(float_hook=ExactFloat)
_encoder = msgspec.json.Encoder(enc_hook=_written)


def _reason(error: Exception) -> str:
    return str(error).removeprefix("JSON is malformed: ")


def _too_deep(limits: Limits) -> JsonError:
    return JsonError(f"JSON is nested more than {limits.depth} deep")


def _refuse_growth(value: Any, limits: Limits) -> None:
    """Refuse deep nesting and many values, level by level."""
    level, count, depth = [value], 1, 0
    while level:
        level = [inner for outer in level for inner in _inside(outer)]
        count += len(level)
        depth += 1
        if depth > limits.depth:
            raise _too_deep(limits)
        if count > limits.elements:
            raise JsonError(f"The JSON has more than {limits.elements} values")


def _inside(value: Any) -> Any:
    if type(value) is dict:
        return value.values()
    return value if type(value) is list else ()


def _without_surrogates(value: Any) -> Any:
    """Half a character, which no encoding has, becomes U+FFFD."""
    if isinstance(value, str):
        return _NOT_UTF8.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(of) for key, of in value.items()}
    return [_without_surrogates(one) for one in value] if isinstance(value, list) else value
