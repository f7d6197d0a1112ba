"""The two frames that h2 cannot send as Apple does.

h2 ties the SETTINGS it sends to the limits it enforces, with an error code that is not Apple's,
and treats a connection as finished once it has sent GOAWAY, whereas Apple still answers the
streams before it. So these frames are written beside h2, which needs to know nothing of them.
"""

from __future__ import annotations

from h2.settings import SettingCodes
from hyperframe.frame import GoAwayFrame, SettingsFrame

INITIAL_WINDOW_SIZE = 65_535
MAX_FRAME_SIZE = 16_384
MAX_HEADER_LIST_SIZE = 8_000


def first_settings(max_concurrent_streams: int) -> bytes:
    """The SETTINGS frame that Apple opens a connection with (seen 2016 to 2021)."""
    return SettingsFrame(
        settings={
            SettingCodes.HEADER_TABLE_SIZE: 4096,
            SettingCodes.MAX_CONCURRENT_STREAMS: max_concurrent_streams,
            SettingCodes.INITIAL_WINDOW_SIZE: INITIAL_WINDOW_SIZE,
            SettingCodes.MAX_FRAME_SIZE: MAX_FRAME_SIZE,
            SettingCodes.MAX_HEADER_LIST_SIZE: MAX_HEADER_LIST_SIZE,
        }
    ).serialize()


def stream_limit_settings(max_concurrent_streams: int) -> bytes:
    """The SETTINGS frame that moves the number of streams later."""
    return SettingsFrame(
        settings={SettingCodes.MAX_CONCURRENT_STREAMS: max_concurrent_streams}
    ).serialize()


def goaway(last_stream_id: int, error_code: int, debug: bytes) -> bytes:
    return GoAwayFrame(
        last_stream_id=last_stream_id, error_code=error_code, additional_data=debug
    ).serialize()
