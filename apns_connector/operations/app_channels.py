"""Whose channels are meant: the app that the topic names, and where its channels are managed."""

from __future__ import annotations

from apns_connector.apns import Certificate, Channels, Credentials
from apns_connector.apns.push_type import bundle_id
from apns_connector.apns.reasons import DESTINATION
from apns_connector.mediation.message import Message
from apns_connector.operations.clients import Clients
from apns_connector.operations.failure import OperationError
from apns_connector.operations.init import Init, read_init
from apns_connector.operations.parameters import Parameters


def read_bundle_id(parameters: Parameters, init: Init, credentials: Credentials) -> str:
    """The bundle id of the topic: that of the operation, of the init, or of the certificate.

    Raises :class:`OperationError` if there is none.
    """
    own = credentials.topic if isinstance(credentials, Certificate) else None
    topic = parameters.optional("topic") or init.topic or own
    if topic is None:
        raise OperationError.missing("topic")
    return bundle_id(topic)


async def channels_of(message: Message, parameters: Parameters, clients: Clients) -> Channels:
    """The channels of the app that ``parameters`` and the init on ``message`` name.

    Raises :class:`OperationError`, and what :class:`Channels` raises.
    """
    init = read_init(message)
    server = clients.channel_server(init.destination)
    if server is None:
        raise OperationError(
            DESTINATION,
            f"Destination '{init.destination}' has no server for channels",
            "gateway.yaml says where it takes notifications, but not where it manages channels: "
            f"set apns.destinations.{init.destination}.channels",
        )
    credentials = await init.credentials.open(clients)
    app = read_bundle_id(parameters, init, credentials)
    return await clients.channels(credentials, app, server, init.proxy, init.timeout)
