"""Flows that are split off from another: their messages are copies, and they run on their own."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any

from apns_connector.mediation.flow import Flows
from apns_connector.mediation.frame import Frame, handlers
from apns_connector.mediation.mediator import FaultSequenceFailed, NestingError, record_fault
from apns_connector.mediation.message import Message

_log = logging.getLogger(__name__)

Run = Coroutine[Any, Any, bool]


def start(message: Message, run: Coroutine[Any, Any, None]) -> None:
    """Run beside the flow of a message. Its exchange is not over before, unless it is answered."""
    message.exchange.add_branch(message.configuration.background.start(run))


async def run_branch(message: Message, run: Run) -> bool:
    """Await ``run``, the flow of a copy. Whether it came to its end.

    A copy that has met a ``<call>`` goes on, at that end, with what follows the place where it was
    made: in Synapse its continuation state leads there. A failure is for the handlers around that
    place, then for the fault sequence of the service, and not raised.
    """
    try:
        if not await run:
            return False
        while message.called and (frame := _list_around(message.frame)) is not None:
            if not await _rest(frame, message):
                return False
    except Exception as fault:  # noqa: BLE001 - whatever a mediator throws is the flow's fault
        await _handle(message, fault)
        return False
    return True


def _list_around(frame: Frame | None) -> Frame | None:
    while frame is not None and frame.sequence is None:
        frame = frame.outer
    return frame


async def _rest(frame: Frame, message: Message) -> bool:
    """What follows in a list of mediators, with the template parameters that were in force."""
    message.frame = frame.outer
    message.nesting -= 1  # it runs on, and counts itself again
    del message.functions[frame.functions :]
    return frame.sequence is None or await frame.sequence.resume(message, frame.position + 1)


async def _handle(message: Message, fault: Exception) -> None:
    """Ask the handlers, innermost first. What one of them throws is for the next."""
    frame = message.frame
    while frame is not None and not isinstance(fault, NestingError | FaultSequenceFailed):
        key, frame = frame.on_error, frame.outer
        handler = None if key is None else message.configuration.sequence(key)
        if handler is None:
            continue
        message.frame = handlers(frame)
        record_fault(message, fault)
        try:
            await handler.mediate(message)
        except Exception as second:  # noqa: BLE001 - for the next handler
            fault = second
        else:
            return
    message.frame = None
    await _handle_last(message, fault)


async def _handle_last(message: Message, fault: Exception) -> None:
    """The fault sequence of the service; without a service the one called fault."""
    try:
        if isinstance(fault, FaultSequenceFailed):
            raise fault
        await (message.service or Flows()).handle(message, fault)
    except Exception as second:  # noqa: BLE001 - nobody is left to ask: it is logged
        _log.error("A copy of a message is given up: %s", second)
