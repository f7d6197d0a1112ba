"""The parameters of the operations, in groups: several operations share some."""

from __future__ import annotations

from typing import Final

from apns_connector.operations.catalogue_entries import Group, Input, Parameter

_VAULT: Final = "best as `{wso2:vault-lookup('alias')}`"

CONNECTION: Final = Group(
    "Connection",
    (
        Parameter("connectionType", "`apns`; editors of WSO2 write it", input=Input.NAME),
        Parameter("name", "what the connection is called; editors write it", input=Input.NAME),
        Parameter(
            "destination",
            "`production`, `sandbox`, or a name under `apns.destinations` in gateway.yaml",
            "yes",
        ),
        Parameter("topic", "bundle id of the app, for operations that name none"),
    ),
)
CERTIFICATE: Final = Group(
    "Certificate",
    (
        Parameter(
            "certificateFetchMethod",
            "`registry` or `attachment`: where the .p12 file is",
            "for a certificate",
            Input.CHOICE,
            ("registry", "attachment"),
        ),
        Parameter(
            "certificateRegistryPath",
            "registry path of the .p12 file, such as `gov:/apns/certificate.p12`",
            "with `registry`",
        ),
        Parameter(
            "certificateAttachmentName",
            "Content-ID of the SOAP attachment (SwA or MTOM) that is the .p12 file",
            "with `attachment`",
        ),
        Parameter("password", f"password of the .p12 file; {_VAULT}", "for a certificate"),
    ),
)
SIGNING_KEY: Final = Group(
    "Signing key",
    (
        Parameter(
            "signingKeyRegistryPath",
            "registry path of the .p8 file, such as `gov:/apns/AuthKey.p8`",
            "for a signing key, or signingKeyAlias",
        ),
        Parameter(
            "signingKeyAlias",
            "alias under which the vault of the deployment has the text of the .p8 file",
            "for a signing key, or signingKeyRegistryPath",
        ),
        Parameter("keyId", "Apple's ten letters and digits for the key", "for a signing key"),
        Parameter("teamId", "Apple's ten letters and digits for the team", "for a signing key"),
    ),
)
WAY: Final = Group(
    "Way to Apple",
    (
        Parameter("timeout", "seconds for one request; else `apns.timeout` of gateway.yaml"),
        Parameter("proxy", "an HTTP proxy to go through: `http://host:port`"),
        Parameter("proxyUser", "if the proxy wants one"),
        Parameter("proxyPassword", f"password of that user; {_VAULT}"),
    ),
)

DEVICE: Final = Group(
    "Device",
    (
        Parameter(
            "deviceToken",
            "hexadecimal digits of either case; white space, hyphens and `< >` are ignored",
            "yes",
        ),
    ),
)
DEVICES: Final = Group(
    "Devices",
    (
        Parameter(
            "deviceTokens",
            "a JSON array, or an XML element with one element for each, or a text in which white "
            "space or commas are between them",
            "yes",
            Input.LONG_TEXT,
        ),
    ),
)
ALERT: Final = Group(
    "Alert",
    (
        Parameter("alert", "the text; absent or empty: not in the payload", input=Input.LONG_TEXT),
        Parameter("sound", "name of a sound; absent or empty: not in the payload"),
        Parameter(
            "badge",
            "an integer; absent or empty: 0, which removes the badge, with push type alert",
        ),
        Parameter("title", "a line above the text"),
        Parameter("subtitle", "a second line above the text"),
        Parameter("launchImage", "an image of the app to show while it starts"),
    ),
)
LOCALISATION: Final = Group(
    "Texts of the app",
    (
        Parameter("locKey", "key of a text in the app, instead of alert"),
        Parameter("locArgs", "what fills its placeholders: a JSON array, or separated by commas"),
        Parameter("titleLocKey", "key of a title in the app"),
        Parameter("titleLocArgs", "as locArgs, for titleLocKey"),
        Parameter("subtitleLocKey", "key of a subtitle in the app"),
        Parameter("subtitleLocArgs", "as locArgs, for subtitleLocKey"),
    ),
)
PRESENTATION: Final = Group(
    "On the device",
    (
        Parameter("category", "name of the category whose actions are offered"),
        Parameter("threadId", "what is shown as one group"),
        Parameter(
            "interruptionLevel",
            "`passive`, `active`, `time-sensitive` or `critical`",
            input=Input.CHOICE,
            choices=("passive", "active", "time-sensitive", "critical"),
        ),
        Parameter("relevanceScore", "0 to 1: what stands first in a summary"),
        Parameter("targetContentId", "which window of the app is brought forward"),
        Parameter("filterCriteria", "what a Focus filter is compared with"),
        Parameter("contentAvailable", "`true`: wake the app", input=Input.BOOLEAN),
        Parameter(
            "mutableContent",
            "`true`: let the app's service extension change it first",
            input=Input.BOOLEAN,
        ),
    ),
)
_CUSTOM: Final = Parameter(
    "custom",
    "a JSON object whose members stand beside `aps`, for the app",
    input=Input.LONG_TEXT,
)
PAYLOAD: Final = Group(
    "Payload",
    (
        _CUSTOM,
        Parameter(
            "payload",
            "the whole payload as a JSON object, instead of all that it would be made of",
            input=Input.LONG_TEXT,
        ),
        Parameter(
            "fitToSize",
            "`true`: an alert that makes the payload too long is shortened",
            input=Input.BOOLEAN,
        ),
    ),
)

_TOPIC: Final = Parameter(
    "topic", "bundle id of the app; a suffix that the push type needs is added"
)
_PRIORITY: Final = Parameter(
    "priority", "`10` at once, `5` power-aware, `1` never wakes the device", input=Input.CHOICE,
    choices=("10", "5", "1"),
)  # fmt: skip
_EXPIRATION: Final = Parameter(
    "expiration", "seconds since 1970 until which Apple keeps it; `0`: one attempt only"
)
_COLLAPSE_ID: Final = Parameter(
    "collapseId", "what replaces an earlier notification with the same one; at most 64 bytes"
)
_APNS_ID: Final = Parameter("apnsId", "a UUID, the same at every attempt; absent: a new one")
_PUSH_TYPE: Final = Parameter(
    "pushType",
    "Apple's `apns-push-type`; absent: `alert`",
    input=Input.CHOICE,
    choices=(
        "alert", "background", "complication", "controls", "fileprovider", "liveactivity",
        "location", "mdm", "pushtotalk", "voip", "widgets",
    ),
)  # fmt: skip
DELIVERY: Final = Group(
    "Delivery", (_TOPIC, _PUSH_TYPE, _PRIORITY, _EXPIRATION, _COLLAPSE_ID, _APNS_ID)
)
DELIVERY_TO_MANY: Final = Group(
    "Delivery", (_TOPIC, _PUSH_TYPE, _PRIORITY, _EXPIRATION, _COLLAPSE_ID)
)
DELIVERY_OF_ACTIVITY: Final = Group(
    "Delivery", (_TOPIC, _PRIORITY, _EXPIRATION, _COLLAPSE_ID, _APNS_ID)
)
DELIVERY_TO_CHANNEL: Final = Group(
    "Delivery",
    (
        Parameter("topic", "bundle id of the app"),
        _PRIORITY,
        Parameter(
            "expiration",
            "seconds since 1970; absent: `0`, the only one for a channel that stores nothing",
        ),
        _APNS_ID,
    ),
)

_TIMESTAMP: Final = Parameter(
    "timestamp", "seconds since 1970; devices ignore what is older than they have; absent: now"
)
_CONTENT_STATE: Final = Parameter(
    "contentState", "JSON object, or XML element: the content as the app decodes it",
    "but to end", Input.LONG_TEXT,
)  # fmt: skip
_STALE_DATE: Final = Parameter(
    "staleDate", "seconds since 1970 from which the content is out of date; not to end"
)
_DISMISSAL_DATE: Final = Parameter(
    "dismissalDate", "to end: seconds since 1970 at which it leaves the screen"
)
_RELEVANCE: Final = Parameter(
    "relevanceScore", "any number, compared with that of the app's other activities; not to end"
)
ACTIVITY: Final = Group(
    "Live Activity",
    (
        Parameter(
            "event", "`start`, `update` or `end`", "yes", Input.CHOICE, ("start", "update", "end")
        ),
        _CONTENT_STATE,
        _TIMESTAMP,
        _STALE_DATE,
        _DISMISSAL_DATE,
        _RELEVANCE,
        _CUSTOM,
    ),
)
ACTIVITY_START: Final = Group(
    "To start",
    (
        Parameter("attributesType", "name of the Swift type of the attributes", "to start"),
        Parameter(
            "attributes", "JSON object, or XML element: what never changes", "to start",
            Input.LONG_TEXT,
        ),
        Parameter(
            "inputPushToken", "`true`: have the activity ask for an update token",
            input=Input.BOOLEAN,
        ),
        Parameter("inputPushChannel", "id of a channel that the activity is to listen to"),
    ),
)  # fmt: skip
ACTIVITY_ALERT: Final = Group(
    "Alert",
    (
        Parameter("title", "title of the alert, if there is to be one", "to start, or titleLocKey"),
        Parameter("alert", "text of the alert", "to start, or locKey", Input.LONG_TEXT),
        Parameter("sound", "name of a sound"),
        Parameter("titleLocKey", "key of a title in the app, instead of title"),
        Parameter(
            "titleLocArgs", "what fills its placeholders: a JSON array, or separated by commas"
        ),
        Parameter("locKey", "key of a text in the app, instead of alert"),
        Parameter("locArgs", "as titleLocArgs, for locKey"),
    ),
)
_CHANNEL_ID: Final = Parameter("channelId", "id of the channel, as Apple gave it", "yes")
CHANNEL_ACTIVITY: Final = Group(
    "Live Activity",
    (
        _CHANNEL_ID,
        Parameter("event", "`update` or `end`", "yes", Input.CHOICE, ("update", "end")),
        _CONTENT_STATE,
        _TIMESTAMP,
        _STALE_DATE,
        _DISMISSAL_DATE,
        _RELEVANCE,
        _CUSTOM,
    ),
)
CHANNEL_ALERT: Final = Group(
    "Alert",
    tuple(
        Parameter(each.name, each.description, input=each.input)
        for each in ACTIVITY_ALERT.parameters
    ),
)

_APP: Final = Parameter("topic", "bundle id of the app; absent: that of the connection")
NEW_CHANNEL: Final = Group(
    "Channel",
    (
        Parameter(
            "storagePolicy",
            "`NO_MESSAGE`, which is the default, or `MOST_RECENT`: what Apple keeps for devices "
            "that it cannot reach",
            input=Input.CHOICE,
            choices=("NO_MESSAGE", "MOST_RECENT"),
        ),
        _APP,
    ),
)
CHANNEL: Final = Group("Channel", (_CHANNEL_ID, _APP))
CHANNELS: Final = Group("Channels", (_APP,))
UNREGISTERED: Final = Group(
    "Unregistered devices",
    (
        Parameter("limit", "how many at most, from the oldest on; absent: 1000"),
        Parameter("clear", "`true`: what is handed out is removed at once", input=Input.BOOLEAN),
        Parameter(
            "clearUpTo", "`upTo` of an earlier result: what that one handed out is removed first"
        ),
    ),
)
OUTPUT: Final = Group(
    "Output",
    (
        Parameter(
            "responseVariable",
            "name of a variable for the result: `payload`, `headers`, `attributes`",
            input=Input.NAME,
        ),
        Parameter(
            "overwriteBody",
            "whether the result replaces the body; absent: only if there is no responseVariable",
            input=Input.BOOLEAN,
        ),
    ),
)
