"""What the connector offers in XML, as one table: operations, their parameters, their results.

The templates in ``config/``, the tables in docs/connector.md and the forms of WSO2's editor say the
same, because they are made of it or the tests compare them with it.
"""

from __future__ import annotations

from typing import Final

from apns_connector.operations import catalogue_parameters as groups
from apns_connector.operations.catalogue_entries import Entry, Field, Group

INIT: Final = Entry(
    "init",
    "Connection",
    "Who sends, and where to",
    (groups.CONNECTION, groups.CERTIFICATE, groups.SIGNING_KEY, groups.WAY),
)

_STATUS: Final = Field("status", "integer", "HTTP status of Apple's answer")
_APNS_ID: Final = Field("apnsId", "string", "the apns-id of the request")
_CUT: Final = Field(
    "cut",
    "object",
    "what was taken from the alert, if fitToSize had to",
    (
        Field("characters", "integer", "code points"),
        Field("bytes", "integer", "their bytes in UTF-8"),
    ),
)
_CHANNEL_ID: Final = Field("channelId", "string", "id of the channel")
_DEVICE: Final = (
    Field("index", "integer", "place among the device tokens, from 0"),
    Field("deviceToken", "string", "as it was given"),
    Field("status", "integer", "HTTP status, if Apple answered"),
    Field("reason", "string", "Apple's reason; if nobody answered, NotSent or OutcomeUnknown"),
    Field("apnsId", "string", "the apns-id of the notification"),
    Field("timestamp", "integer", "with 410: milliseconds since 1970"),
    Field("errorCode", "string", "APNS_000001 to 7, if it was not accepted"),
    Field("errorDetail", "string", "what happened, in a sentence"),
)
_UNREGISTERED: Final = (
    Field("deviceToken", "string", "as it was sent"),
    Field("topic", "string", "the app that no longer has it"),
    Field("reason", "string", "Unregistered or ExpiredToken"),
    Field("invalidSince", "string", "when Apple found out, in UTC, if it said so"),
    Field("seenAt", "string", "when Apple's answer came, in UTC"),
)

_NOTIFICATION: Final[tuple[Group, ...]] = (
    groups.ALERT,
    groups.LOCALISATION,
    groups.PRESENTATION,
    groups.PAYLOAD,
)

OPERATIONS: Final[tuple[Entry, ...]] = (
    Entry(
        "dispatchToDevice",
        "Dispatch to device",
        "Sends one notification to one device",
        (groups.DEVICE, *_NOTIFICATION, groups.DELIVERY, groups.OUTPUT),
        (_STATUS, _APNS_ID, _CUT),
    ),
    Entry(
        "dispatchToDevices",
        "Dispatch to devices",
        "Sends the same notification to many devices",
        (groups.DEVICES, *_NOTIFICATION, groups.DELIVERY_TO_MANY, groups.OUTPUT),
        (
            Field("accepted", "integer", "how many Apple accepted"),
            Field("failed", "integer", "how many it did not"),
            _CUT,
            Field("devices", "array", "one for each device token, in its order", _DEVICE),
        ),
    ),
    Entry(
        "dispatchLiveActivity",
        "Dispatch Live Activity",
        "Starts, updates or ends a Live Activity on one device",
        (
            groups.DEVICE,
            groups.ACTIVITY,
            groups.ACTIVITY_START,
            groups.ACTIVITY_ALERT,
            groups.DELIVERY_OF_ACTIVITY,
            groups.OUTPUT,
        ),
        (_STATUS, _APNS_ID),
    ),
    Entry(
        "dispatchToChannel",
        "Dispatch to channel",
        "Updates or ends the Live Activities of all devices that listen to a broadcast channel",
        (
            groups.CHANNEL_ACTIVITY,
            groups.CHANNEL_ALERT,
            groups.DELIVERY_TO_CHANNEL,
            groups.OUTPUT,
        ),
        (_STATUS, _APNS_ID),
    ),
    Entry(
        "createChannel",
        "Create channel",
        "Makes a broadcast channel",
        (groups.NEW_CHANNEL, groups.OUTPUT),
        (_CHANNEL_ID,),
    ),
    Entry(
        "readChannel",
        "Read channel",
        "Tells what Apple knows of a broadcast channel",
        (groups.CHANNEL, groups.OUTPUT),
        (
            _CHANNEL_ID,
            Field("storagePolicy", "string", "NO_MESSAGE or MOST_RECENT"),
            Field("pushType", "string", "LiveActivity"),
        ),
    ),
    Entry(
        "listChannels",
        "List channels",
        "Lists the broadcast channels of the app",
        (groups.CHANNELS, groups.OUTPUT),
        (
            Field("count", "integer", "how many there are"),
            Field("channelIds", "array", "their ids"),
        ),
    ),
    Entry(
        "deleteChannel",
        "Delete channel",
        "Deletes a broadcast channel for good",
        (groups.CHANNEL, groups.OUTPUT),
        (_CHANNEL_ID,),
    ),
    Entry(
        "unregisteredDevices",
        "Unregistered devices",
        "Hands out the device tokens that Apple said are gone",
        (groups.UNREGISTERED, groups.OUTPUT),
        (
            Field("upTo", "integer", "how far it goes, for clearUpTo of the next call"),
            Field("left", "integer", "how many are behind it"),
            Field("devices", "array", "from the oldest on", _UNREGISTERED),
        ),
        connected=False,
    ),
)
