"""The APNs client: usable alone, without mediation, gateway or store.

::

    certificate = Certificate.from_pkcs12(Path("push.p12").read_bytes(), password)
    async with Client(certificate, PRODUCTION) as client:
        response = await client.send(
            Notification(device_token=token, payload={"aps": {"alert": "Hello iOS"}})
        )
        print(response.accepted, response.reason)
"""

from apns_connector.apns.client import Client
from apns_connector.apns.credentials import Certificate, Credentials, SigningKey
from apns_connector.apns.destination import APPLE, PRODUCTION, SANDBOX, Destination
from apns_connector.apns.feedback import Feedback, Unregistered, still_registered
from apns_connector.apns.feedback_file import FeedbackFile
from apns_connector.apns.notification import Notification, clean_device_token
from apns_connector.apns.proxy import Proxy
from apns_connector.apns.reasons import REASONS, Action, Reason
from apns_connector.apns.response import Response

__all__ = [
    "APPLE",
    "PRODUCTION",
    "REASONS",
    "SANDBOX",
    "Action",
    "Certificate",
    "Client",
    "Credentials",
    "Destination",
    "Feedback",
    "FeedbackFile",
    "Notification",
    "Proxy",
    "Reason",
    "Response",
    "SigningKey",
    "Unregistered",
    "clean_device_token",
    "still_registered",
]
