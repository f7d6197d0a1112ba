"""Endpoints in a deployment, with a backend and a clock that the test holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from apns_connector.mediation.endpoints.endpoint import Endpoint, Sent
from apns_connector.mediation.message import Message


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Tried:
    """One endpoint, called ``E``, and all around it."""

    endpoint: Endpoint
    backend: Any
    clock: Clock
    new_message: Callable[..., Message]

    def send(self, message: Message | None = None) -> list[Sent]:
        return asyncio.run(self.endpoint.send(message or self.new_message()))

    @property
    def ready(self) -> bool:
        return self.endpoint.ready(self.new_message())


@pytest.fixture
def tried(deploy: Any, new_message: Any, build: Any) -> Callable[..., Tried]:
    """Reads ``<endpoint name='E'>`` with that inside; ``answers`` are those of the backend."""

    def read(
        inside: str, *answers: Any, attributes: str = "", definitions: str = "", **arguments: Any
    ) -> Tried:
        configuration = deploy(
            f"<endpoint name='E' {attributes}>{inside}</endpoint>{definitions}", **arguments
        )
        backend = build.backend(*(answers or [build.backend.soap("<answer/>")]))
        clock = Clock()
        configuration.transport, configuration.clock = backend, clock
        endpoint = configuration.endpoint("E")
        assert endpoint is not None

        def message(payload: str = "<request/>", **values: Any) -> Message:
            return new_message(payload, configuration=configuration, **values)

        return Tried(endpoint, backend, clock, message)

    return read
