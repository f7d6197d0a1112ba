"""``<endpoint key="…">`` and ``<endpoint key-expression="…">``: defined elsewhere."""

from __future__ import annotations

from apns_connector.errors import EndpointError
from apns_connector.mediation.endpoints.endpoint import UNKNOWN, Endpoint, Sent, nested, report
from apns_connector.mediation.expression import Expression
from apns_connector.mediation.expressions.value import Value
from apns_connector.mediation.message import Message


class EndpointReference:
    """Looked up for each message, as a sequence is."""

    name: str | None = None

    def __init__(self, key: Value | Expression) -> None:
        self._key = key

    def ready(self, message: Message) -> bool:
        found = self._find(message)
        with nested(message):
            return found is not None and found.ready(message)

    def retries_elsewhere(self, message: Message, code: int) -> bool:
        found = self._find(message)
        with nested(message):
            return found is None or found.retries_elsewhere(message, code)

    async def send(self, message: Message) -> list[Sent]:
        found = self._find(message)
        if found is None:
            key = self._key.text(message)
            error = EndpointError(f"There is no endpoint with the key '{key}'", UNKNOWN)
            report(message, error)
            raise error
        with nested(message):
            return await found.send(message)

    def _find(self, message: Message) -> Endpoint | None:
        key = self._key.text(message)
        found: Endpoint | None = message.configuration.endpoint(key) if key else None
        return found
