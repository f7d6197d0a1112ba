"""The engine: a mediator has one method, a sequence is the loop, a nested ``try`` the fault stack.

Synapse keeps a stack of fault handlers on the message: ``onError`` sequences on top, the fault
sequence of the service at the bottom. An exception pops the top one and runs it; when that one
fails too, the next is popped. Nothing resumes behind the step that failed. Enclosing ``try``
blocks have exactly this order, so :func:`guarded` needs no stack of its own.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from functools import partial
from typing import Any, Protocol

from apns_connector.errors import ConnectorError, MediationError
from apns_connector.mediation.frame import Frame, handlers
from apns_connector.mediation.message import Message
from apns_connector.mediation.redaction import redacted_line, secrets_of, without_secrets

_log = logging.getLogger(__name__)

UNKNOWN_FAILURE = "Runtime error occurred while mediating the message"
# How many lists of mediators may run inside each other. Python's own limit lies at some 1000 calls,
# of which a template takes eight.
NESTING_LIMIT = 64


class NestingError(MediationError):
    """Sequences or templates run each other in a circle.

    No ``onError`` handles it: at each of the levels it would only set out on the same way again.
    The service's fault sequence does (Synapse: StackOverflowError).
    """


def too_deep() -> NestingError:
    """For a message whose ``nesting`` has reached the limit."""
    return NestingError(
        f"More than {NESTING_LIMIT} sequences run inside each other: they call themselves"
    )


class FaultSequenceFailed(MediationError):  # noqa: N818 - it says what happened
    """The last handler failed as well: nobody is left, and no ``onError`` on the way is asked."""


# Said at once by a mediator that waits for nothing, which is what most do.
GoesOn = bool | Awaitable[bool]


class Mediator(Protocol):
    """One configured step. ``True``: the flow goes on. ``False``: it ends here, without error.

    An exception ends it as well; the nearest fault handler takes over. One instance serves all
    messages at the same time: what belongs to a message is kept on the message.
    """

    def mediate(self, message: Message) -> GoesOn: ...


async def run(mediator: Mediator, message: Message) -> bool:
    """Mediate to the end, whether the mediator has to wait for something or not."""
    goes_on = mediator.mediate(message)
    return goes_on if isinstance(goes_on, bool) else await goes_on


class Step:
    """A mediator and where it is written, such as ``<log> (sequences/main.xml:4)``."""

    __slots__ = ("mediator", "place")

    def __init__(self, mediator: Mediator, place: str) -> None:
        self.mediator = mediator
        self.place = place


class Sequence:
    """Runs its steps in order until one says ``False`` or fails.

    ``on_error`` is the key of the sequence that handles a failure in here; it is looked up when it
    is needed. Every list of mediators is a Sequence: then, else, case, inSequence, …
    """

    def __init__(
        self, steps: Iterable[Step] = (), *, name: str | None = None, on_error: str | None = None
    ) -> None:
        self.steps = tuple(steps)
        self.name = name
        self.on_error = on_error
        self._mediators = tuple(enumerate(step.mediator for step in self.steps))
        self._joined = tuple(_joined(self._mediators))
        self.mediate: Callable[[Message], Coroutine[Any, Any, bool]] = (
            self.resume if on_error is None else partial(self._guarded, on_error)
        )

    def __repr__(self) -> str:
        return f"Sequence({self.name!r}, {len(self.steps)} steps)"

    def _guarded(self, on_error: str, message: Message) -> Coroutine[Any, Any, bool]:
        return guarded(self.resume(message), on_error, message)

    async def resume(self, message: Message, position: int = 0) -> bool:
        """Run the steps from ``position`` on, without the ``on_error`` of this sequence."""
        outer = message.frame
        if message.nesting >= NESTING_LIMIT:
            raise too_deep()
        message.nesting += 1
        message.frame = frame = Frame(outer, self, position, len(message.properties.functions))
        try:
            mediators = self._mediators[position:] if position else self._joined
            for frame.position, mediator in mediators:
                goes_on = mediator.mediate(message)
                if goes_on is not True and (goes_on is False or not await goes_on):
                    return False
        except Exception as fault:
            fault.add_note(f"at {self.steps[frame.position].place}")
            raise
        finally:
            message.frame = outer
            message.nesting -= 1
        return True


class Joinable(ABC):
    """A mediator that neighbours can be done together with."""

    @abstractmethod
    def mediate(self, message: Message) -> GoesOn: ...

    @abstractmethod
    def joined(self, following: Iterable[Mediator]) -> tuple[Mediator, int]:
        """One mediator that does what this one does and, after it, so many of these. It waits for
        nothing; a failure finds the position of the step that failed in the frame."""


def _joined(mediators: tuple[tuple[int, Mediator], ...]) -> Iterator[tuple[int, Mediator]]:
    """Each with its position; of those that are done together, that of the first."""
    position = 0
    while position < len(mediators):
        mediator, more = mediators[position][1], 0
        if isinstance(mediator, Joinable):
            mediator, more = mediator.joined(one for _, one in mediators[position + 1 :])
        yield position, mediator
        position += 1 + more


async def guarded(run: Coroutine[Any, Any, bool], on_error: str, message: Message) -> bool:
    """Await ``run``; when it fails, run the sequence ``on_error`` instead and end the flow."""
    outer = message.frame
    message.frame = Frame(outer, None, on_error=on_error)
    try:
        return await run
    except (NestingError, FaultSequenceFailed):
        raise
    except Exception as fault:
        handler = message.configuration.sequence(on_error)
        if handler is None:  # Synapse warns and leaves the next handler to it
            _log.warning("onError sequence '%s' cannot be found", on_error)
            raise
        record_fault(message, fault)
        message.frame = handlers(outer)
        await _handled_by(handler, message)
        return False
    finally:
        message.frame = outer


async def _handled_by(handler: Sequence, message: Message) -> None:
    message.nesting += 1  # handlers that fail into each other come to an end, too
    try:
        await handler.mediate(message)
    finally:
        message.nesting -= 1


def record_fault(message: Message, fault: Exception) -> None:
    """Tell the flow what happened: ERROR_CODE, ERROR_MESSAGE, ERROR_DETAIL, ERROR_EXCEPTION.

    Only when ERROR_CODE is not set: a step that failed may have said it better, and so may a
    fault that was handled earlier on this message (Synapse: FaultHandler.handleFault).
    """
    if not isinstance(fault, ConnectorError):
        _log.error("A mediator failed unexpectedly", exc_info=fault)
    text = told(message, fault)
    trace = _trace(text, fault)
    _log.warning("A flow failed: %s", redacted_line(trace.replace("\n", "; ")))
    properties = message.properties
    if properties.get("ERROR_CODE") is not None:
        return
    code = getattr(fault, "code", None)
    detail = getattr(fault, "detail", None)
    properties.set("ERROR_CODE", 0 if code is None else code)
    properties.set("ERROR_MESSAGE", text.partition("\n")[0])
    properties.set("ERROR_DETAIL", trace if detail is None else detail)
    properties.set("ERROR_EXCEPTION", fault)


def told(message: Message, fault: Exception) -> str:
    """What is said of a failure, without the secrets of the message: it may have been about one."""
    text = str(fault) if isinstance(fault, ConnectorError) else UNKNOWN_FAILURE
    return without_secrets(text, secrets_of(message))


def _trace(text: str, fault: Exception) -> str:
    """The stack trace of the flow: which elements of which files led to the failure.

    Synapse gives the Java stack trace. A flow may send this to its caller, so it names places in
    the configuration and nothing of the program.
    """
    return "\n".join([text, *getattr(fault, "__notes__", ())])
