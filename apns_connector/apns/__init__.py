"""The APNs client: usable alone, without mediation, gateway or store.

::

    certificate = Certificate.from_pkcs12(Path("push.p12").read_bytes(), password)
    async with Client(certificate, PRODUCTION) as client:
        response = await client.send(
            Notification(device_token=token, payload={"aps": {"alert": "Hello iOS"}})
        )
        print(response.accepted, response.reason)
"""

from apns_connector.apns import events, live_activity, payload
from apns_connector.apns.blocking_client import BlockingClient
from apns_connector.apns.broadcast import Broadcast
from apns_connector.apns.channel_operation import Channel, StoragePolicy
from apns_connector.apns.channels import Channels
from apns_connector.apns.client import Client
from apns_connector.apns.credentials import (
    Certificate,
    Credentials,
    CredentialsSource,
    SigningKey,
)
from apns_connector.apns.credentials_file import CertificateFile, SigningKeyFile
from apns_connector.apns.destination import (
    APPLE,
    APPLE_CHANNELS,
    CHANNELS_PRODUCTION,
    CHANNELS_SANDBOX,
    PRODUCTION,
    SANDBOX,
    Destination,
)
from apns_connector.apns.feedback import Feedback, Unregistered, still_registered
from apns_connector.apns.feedback_file import FeedbackFile
from apns_connector.apns.fit import Cut, Fitted, fit
from apns_connector.apns.notification import Notification, clean_device_token
from apns_connector.apns.pool import Bound
from apns_connector.apns.pool_state import ConnectionState, PoolState
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.push_type import PUSH_TYPES, PushType
from apns_connector.apns.reasons import REASONS, Action, Reason
from apns_connector.apns.response import Response

__all__ = [
    "APPLE",
    "APPLE_CHANNELS",
    "CHANNELS_PRODUCTION",
    "CHANNELS_SANDBOX",
    "PRODUCTION",
    "PUSH_TYPES",
    "REASONS",
    "SANDBOX",
    "Action",
    "BlockingClient",
    "Bound",
    "Broadcast",
    "Certificate",
    "CertificateFile",
    "Channel",
    "Channels",
    "Client",
    "ConnectionState",
    "Credentials",
    "CredentialsSource",
    "Cut",
    "Destination",
    "Feedback",
    "FeedbackFile",
    "Fitted",
    "Notification",
    "PoolState",
    "Proxy",
    "PushType",
    "Reason",
    "Response",
    "SigningKey",
    "SigningKeyFile",
    "StoragePolicy",
    "Unregistered",
    "clean_device_token",
    "events",
    "fit",
    "live_activity",
    "payload",
    "still_registered",
]
