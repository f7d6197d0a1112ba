"""The ``alert`` of a notification: what is shown, or the key of a text in the app.

Source: Apple, "Generating a remote notification" (UserNotifications), keys of ``alert``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apns_connector.apns.payload_values import Check, checked, is_name, is_text, is_texts
from apns_connector.errors import PayloadError

_CHECKS: Final[Mapping[str, Check]] = {
    "title": is_text,
    "subtitle": is_text,
    "body": is_text,
    "launch-image": is_text,
    "loc-key": is_name,
    "loc-args": is_texts,
    "action-loc-key": is_name,
    "title-loc-key": is_name,
    "title-loc-args": is_texts,
    "subtitle-loc-key": is_name,
    "subtitle-loc-args": is_texts,
}


def alert(
    *,
    title: str | None = None,
    subtitle: str | None = None,
    body: str | None = None,
    launch_image: str | None = None,
    loc_key: str | None = None,
    loc_args: Sequence[str] | None = None,
    action_loc_key: str | None = None,
    title_loc_key: str | None = None,
    title_loc_args: Sequence[str] | None = None,
    subtitle_loc_key: str | None = None,
    subtitle_loc_args: Sequence[str] | None = None,
) -> dict[str, Any]:
    """An ``alert`` with nothing in it but what is given.

    ``…loc_key``: names a text in the app's ``Localizable.strings``, in the language of the device;
    ``…loc_args`` fill its placeholders. ``launch_image``: a file or storyboard of the app.
    ``action_loc_key``: the key of a button's label; from before iOS 10, no longer in Apple's table.

    Raises :class:`PayloadError`: nothing given, arguments without their key, a wrong type.
    """
    content = checked(
        {
            "title": title,
            "subtitle": subtitle,
            "body": body,
            "launch-image": launch_image,
            "loc-key": loc_key,
            "loc-args": loc_args,
            "action-loc-key": action_loc_key,
            "title-loc-key": title_loc_key,
            "title-loc-args": title_loc_args,
            "subtitle-loc-key": subtitle_loc_key,
            "subtitle-loc-args": subtitle_loc_args,
        },
        _CHECKS,
    )
    if not content:
        raise PayloadError("The alert is empty; give it a title, a body or a loc-key")
    for part in ("", "title-", "subtitle-"):
        _check_arguments(content, part)
    return content


def localized(key: str, *arguments: str) -> dict[str, Any]:
    """A title or body of a Live Activity's alert as a text of the app, with its arguments."""
    return checked(
        {"loc-key": key, "loc-args": list(arguments) if arguments else None},
        _CHECKS,
    )


def _check_arguments(content: Mapping[str, Any], part: str) -> None:
    key, arguments = f"{part}loc-key", f"{part}loc-args"
    if arguments in content and key not in content:
        raise PayloadError(f"The {arguments} fill the placeholders of a {key}, which is missing")
