"""What is remembered of the requests of one connection, and the ids that their answers bear."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from apns_connector.simulator.behaviour import Answer, Immediate
from apns_connector.simulator.options import PRODUCTION
from apns_connector.simulator.received import Received, TokenParts, token_parts
from apns_connector.simulator.rules import Request

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ids:
    """The header fields by which Apple names a request in its answer; ``name``: of the first."""

    name: str
    apns_id: str
    apns_unique_id: str | None

    def fields(self) -> list[tuple[str, str]]:
        fields = [(self.name, self.apns_id)]
        if self.apns_unique_id is not None:
            fields.append(("apns-unique-id", self.apns_unique_id))
        return fields


class Record:
    """``number``: of the connection. ``received``: where what it publishes is remembered; ``None``
    where channels are managed."""

    def __init__(self, number: int, environment: str, received: Received | None) -> None:
        self._number = number
        self._environment = environment
        self._received = received
        self._token_parts: tuple[bytes | None, TokenParts | None] = (None, None)

    def keep(self, request: Request, behaviour: Immediate) -> Ids:
        """A request with what becomes of it; the ids of its answer."""
        ids = self._ids(request, behaviour)
        if self._received is None:
            said = behaviour.status if isinstance(behaviour, Answer) else type(behaviour).__name__
            logger.debug("connection %d: %s of channels: %s", self._number, request.method, said)
            return ids
        notification = self._received.add(
            request,
            behaviour,
            connection=self._number,
            apns_id=ids.apns_id,
            apns_unique_id=ids.apns_unique_id,
            provider_token=self._shown_token(request),
        )
        logger.debug("connection %d: %s", self._number, notification)
        return ids

    def _ids(self, request: Request, behaviour: Immediate) -> Ids:
        """Apple has a unique id for a broadcast in both environments, for an operation never."""
        accepted = isinstance(behaviour, Answer) and behaviour.reason is None
        told = request.is_broadcast or self._environment != PRODUCTION
        unique = accepted and told and self._received is not None
        return Ids(
            request.id_name,
            request.apns_id or str(uuid.uuid4()).upper(),
            str(uuid.uuid4()) if unique else None,
        )

    def _shown_token(self, request: Request) -> TokenParts | None:
        """Read once, as long as the client sends the same header."""
        authorization = request.authorization
        if authorization != self._token_parts[0]:
            self._token_parts = (authorization, token_parts(authorization))
        return self._token_parts[1]
