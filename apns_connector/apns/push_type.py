"""Apple's push types: one table of topic suffix, priorities, size, payload keys and credentials.

Source: Apple, "Sending notification requests to APNs" (UserNotifications) and the page of the
framework that a push type belongs to. A row holds only what Apple certainly refuses, or what can
never work; where Apple's strictness is not known, it allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apns_connector.errors import NotificationError

MAX_PAYLOAD_BYTES: Final = 4_096
MAX_VOIP_PAYLOAD_BYTES: Final = 5_120

PRIORITIES: Final = (10, 5, 1)


@dataclass(frozen=True, slots=True)
class PushType:
    """One row.

    ``suffix``: what the topic has after the bundle id; Apple says that it must. ``needs``: keys
    of the payload, without which nothing happens on the device. ``priorities``: those that Apple
    takes. ``default_priority``: the one to send when a notification names none; ``None`` leaves
    it to Apple, which takes 10. ``payload_limit``: in bytes; that many are allowed. ``key_only``:
    Apple takes it with a signing key, and with no certificate.
    """

    name: str
    suffix: str = ""
    needs: tuple[str, ...] = ()
    priorities: tuple[int, ...] = PRIORITIES
    default_priority: int | None = None
    payload_limit: int = MAX_PAYLOAD_BYTES
    key_only: bool = False

    def topic(self, bundle_id: str) -> str:
        """The topic of the app with this bundle id; a suffix that is there is not added again."""
        return bundle_id if bundle_id.endswith(self.suffix) else bundle_id + self.suffix


_ROWS = (
    # Any payload: APNs takes an empty aps as well.
    PushType("alert"),
    # Apple: "always" 5. It asks for content-available too, but updates of Wallet passes travel
    # as this push type with an empty JSON object, so no key is needed.
    PushType("background", priorities=(5,), default_priority=5),
    # Apple's page prints the suffix as "h.complication"; certificates have this one.
    PushType("complication", ".complication"),
    # WidgetKit. Apple describes signing keys alone for controls and widgets.
    PushType("controls", ".push-type.controls", needs=("aps.content-changed",), key_only=True),
    # PushKit, PKPushTypeFileProvider.
    PushType("fileprovider", ".pushkit.fileprovider", needs=("container-identifier",)),
    # ActivityKit names priorities 5 and 10; whether 1 is refused is not known. An activity can
    # end without a new content-state.
    PushType("liveactivity", ".push-type.liveactivity", needs=("aps.timestamp", "aps.event")),
    # Core Location, "Creating a location push service extension".
    PushType("location", ".location-query", key_only=True),
    # The topic is the UID of the MDM push certificate; the key holds the device's PushMagic.
    PushType("mdm", needs=("mdm",)),
    # Push to Talk. Expiration 0 is Apple's advice, as for voip.
    PushType("pushtotalk", ".voip-ptt"),
    # On the plain topic: DeviceTokenNotForTopic or InvalidPushType, as seen since September 2019.
    PushType("voip", ".voip", payload_limit=MAX_VOIP_PAYLOAD_BYTES),
    PushType("widgets", ".push-type.widgets", needs=("aps.content-changed",), key_only=True),
)

PUSH_TYPES: Final[dict[str, PushType]] = {row.name: row for row in _ROWS}


def bundle_id(topic: str) -> str:
    """``topic`` without the suffix of any push type."""
    for row in _ROWS:
        if row.suffix and topic.endswith(row.suffix):
            return topic.removesuffix(row.suffix)
    return topic


def check_certified(push_type: str | None) -> None:
    """Raises :class:`NotificationError` if Apple does not take ``push_type`` from a certificate.

    A push type that Apple does not have is not judged here.
    """
    row = None if push_type is None else PUSH_TYPES.get(push_type)
    if row is not None and row.key_only:
        raise NotificationError(
            "push_type",
            f"Apple takes no {row.name} notification with a certificate: send it with a signing "
            "key (.p8)",
        )
