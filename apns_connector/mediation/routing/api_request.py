"""A request on its way through an API, and what its flow may ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.message import Message
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.dispatch import Found

if TYPE_CHECKING:
    from apns_connector.mediation.api import Api


class ApiRequest:
    """One request, and the resource that takes it: the service of its message."""

    __slots__ = ("api", "asked", "name", "resource", "variables")

    kind = "api"

    def __init__(self, api: Api, found: Found, asked: Asked) -> None:
        self.api = api
        self.name = api.key
        self.resource = found.resource
        self.variables = found.variables
        self.asked = asked

    def __str__(self) -> str:
        return f"API '{self.name}'"

    async def receive(self, message: Message) -> Exchange:
        """Run the request through the resource; the exchange holds the answer, if there is one.

        Raises FaultSequenceFailed when the fault sequence failed as well: nobody is left then.
        """
        message.service = self
        message.properties.default.update(self.properties())
        path = self.asked.target[len(self.api.root) :]
        message.properties.set("REST_URL_POSTFIX", path, "axis2")
        return await self.resource.flows.receive(message)

    def is_at(self, address: str) -> bool:
        return address == self.asked.target

    async def answer(self, message: Message) -> None:
        await self.resource.flows.answer(message)

    async def handle(self, message: Message, fault: Exception) -> None:
        await self.resource.flows.handle(message, fault)

    def properties(self) -> dict[str, str]:
        """What a flow may ask for in the default scope."""
        asked, api = self.asked, self.api
        known = {
            "REST_FULL_REQUEST_PATH": asked.target,
            "REST_SUB_REQUEST_PATH": api.path_of(asked),
            "REST_METHOD": asked.method,
            "REST_API_CONTEXT": api.context,
            "REST_URL_PREFIX": f"{asked.scheme}://{asked.authority}",
            "SYNAPSE_REST_API": api.key,
            "SYNAPSE_REST_API_VERSION": api.version,
            "SYNAPSE_REST_API_VERSION_STRATEGY": api.version_type,
            "SYNAPSE_RESOURCE": self.resource.pattern or "/",
        }
        if self.resource.pattern is not None:
            known["rest.url.pattern"] = self.resource.pattern
        known |= {f"uri.var.{name}": value for name, value in self.variables.items()}
        known |= {f"query.param.{name}": value for name, value in query_parameters(asked.query)}
        return known


def query_parameters(query: str) -> list[tuple[str, str]]:
    """Names as they were sent, values decoded. What has no = belongs to the value before it
    (Synapse: ApiUtils.populateQueryParamsToMessageContext)."""
    parameters: list[tuple[str, str]] = []
    for entry in query.split("&"):
        name, equals, value = entry.partition("=")
        if equals:
            parameters.append((name, unquote_plus(value)))
        elif parameters:
            before, text = parameters.pop()
            parameters.append((before, f"{text}&{entry}"))
        elif name:
            parameters.append((name, ""))
    return parameters
