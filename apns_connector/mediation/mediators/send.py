"""``<send/>``: hands the message on; here that means: back to the caller."""

from __future__ import annotations

from urllib.parse import urlsplit

from apns_connector.errors import MediationError
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import SYNAPSE, Element


class Send:
    """A response goes back to the caller. So does a request whose To is still the service itself:
    Synapse would send it to the proxy it came from, and the documented sample means the caller.

    Ends the flow (ESB 5.0 and later; 4.8, 4.9 and Apache Synapse go on).
    """

    async def mediate(self, message: Message) -> bool:
        if not (message.response or goes_back(message)):
            raise MediationError(
                f"<send/> would send the request to '{message.to}': sending to other services is "
                "not supported yet"
            )
        message.respond()
        return False

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> Send:
        """Raises ConfigurationError for an endpoint or a receiving sequence."""
        endpoint = element.find(f"{{{SYNAPSE}}}endpoint")
        if endpoint is not None:
            raise reader.error(endpoint, "<send> to an endpoint is not supported yet")
        if element.get("receive") is not None:
            raise reader.error(element, "<send receive> is not supported yet")
        return cls()


def goes_back(message: Message) -> bool:
    """Whether a request is addressed to nobody else than the service that received it."""
    if not message.to or message.service is None:
        return not message.to
    return is_address_of(message.service.name, message.to)


def is_address_of(service: str, address: str) -> bool:
    """Whether an address or path is one of a proxy's: ``…/services/NAME``, also with an operation
    behind it, or with the name of a port as in ``NAME.NAMEHttpSoap11Endpoint``."""
    _, found, rest = urlsplit(address).path.rpartition("/services/")
    name = rest.partition("/")[0]
    return bool(found) and (name == service or name.startswith(f"{service}.{service}"))
