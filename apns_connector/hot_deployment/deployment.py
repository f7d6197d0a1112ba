"""The configuration in force, those that were before it, and the change that failed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from apns_connector.errors import ConfigurationError, ConnectorError, InvalidDeployment

_log = logging.getLogger(__name__)

Configuration = TypeVar("Configuration")


@dataclass(frozen=True, slots=True)
class Generation(Generic[Configuration]):
    """``number`` counts from 1; ``since`` is when it came into force."""

    number: int
    since: datetime
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Failure:
    """A change that was not deployed: what is wrong with it, and when that was seen."""

    error: ConnectorError
    at: datetime


class Deployment(Generic[Configuration]):
    """``read`` gives a whole configuration or raises ConnectorError; it runs in a thread, beside
    the requests. ``install`` puts one in force, in the event loop and at once.

    ``generation`` is in force. ``failure`` is that of the last change, ``None`` when that one came
    into force.
    """

    def __init__(
        self,
        configuration: Configuration,
        read: Callable[[], Configuration],
        install: Callable[[Configuration], None],
    ) -> None:
        self._read = read
        self._install = install
        self.generation = Generation(1, datetime.now(UTC), configuration)
        self.failure: Failure | None = None

    async def renew(self) -> bool:
        """Read again; whether that came into force. Otherwise the old one stays, and the reason is
        logged and kept."""
        try:
            configuration = await asyncio.to_thread(self._read)
        except ConnectorError as error:
            self._failed(error)
            return False
        except Exception as error:  # noqa: BLE001 - one bad change must not end all others
            _log.exception("The deployment cannot be read")
            self._failed(ConfigurationError(f"the deployment cannot be read: {error}"))
            return False
        self._install(configuration)
        self.generation = Generation(self.generation.number + 1, datetime.now(UTC), configuration)
        self.failure = None
        _log.info("Deployed: generation %d is in force", self.generation.number)
        return True

    def _failed(self, error: ConnectorError) -> None:
        self.failure = Failure(error, datetime.now(UTC))
        for problem in problems_of(error):
            _log.error("%s", problem)
        _log.error("Not deployed: generation %d stays in force", self.generation.number)


def problems_of(error: ConnectorError) -> tuple[ConnectorError, ...]:
    """The problems one by one, each with its file and line."""
    problems: tuple[ConfigurationError, ...] = ()
    if isinstance(error, InvalidDeployment):
        problems = error.problems
    return problems or (error,)
