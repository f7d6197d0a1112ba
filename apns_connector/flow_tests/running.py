"""One case: a fresh configuration, a message or request, and the assertions on what is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from apns_connector.errors import ConnectorError, InvalidDeployment
from apns_connector.flow_tests.actual import HttpAnswer, Outcome
from apns_connector.flow_tests.apple import Apple
from apns_connector.flow_tests.asking import ask, scope_of
from apns_connector.flow_tests.building import build
from apns_connector.flow_tests.comparison import is_same
from apns_connector.flow_tests.mock_service import MockBackends
from apns_connector.flow_tests.paths import shown
from apns_connector.flow_tests.payload import content_type_of
from apns_connector.flow_tests.reading import read_suite
from apns_connector.flow_tests.results import CaseResult, Failure, SuiteResult
from apns_connector.flow_tests.suite import Assertion, Case, Input, Kind, Suite
from apns_connector.mediation.bodies.building import build_message
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.library import Library
from apns_connector.mediation.mediator import told
from apns_connector.mediation.message import Message
from apns_connector.operations import Clients, class_mediators

CASE_SECONDS = 60.0
# What a flow has begun on its own, such as a clone, may still push.
_BACKGROUND_SECONDS = 10.0


async def run_file(
    file: Path,
    apple: Apple,
    libraries: Sequence[Library],
    environment: Mapping[str, str],
    case_seconds: float = CASE_SECONDS,
) -> SuiteResult:
    """All cases of a file, one after the other.

    ``libraries``: connectors that are there without being listed. ``environment``: for
    ``$SYSTEM:``. ``case_seconds``: what one case may take.
    """
    try:
        suite = read_suite(file)
        clients = apple.clients(suite.documents)
    except InvalidDeployment as error:
        return SuiteResult(shown(file), problems=error.problems)
    run = _Run(suite, apple, clients, libraries, environment, case_seconds)
    try:
        run.build()  # what is wrong with the artifacts is said once, not for each case
        return SuiteResult(suite.file, suite.name, tuple([await run.case(c) for c in suite.cases]))
    except InvalidDeployment as error:
        return SuiteResult(suite.file, suite.name, problems=error.problems)
    finally:
        await clients.close()


class _FlowFailed(Exception):  # noqa: N818 - an outcome, named as one
    """The flow ended with an exception that nobody in it handled."""


class _Run:
    def __init__(
        self,
        suite: Suite,
        apple: Apple,
        clients: Clients,
        libraries: Sequence[Library],
        environment: Mapping[str, str],
        case_seconds: float,
    ) -> None:
        self._suite = suite
        self._apple = apple
        self._classes = class_mediators(clients)
        self._libraries = libraries
        self._environment = environment
        self._case_seconds = case_seconds

    def build(self) -> tuple[Configuration, MockBackends]:
        """Raises InvalidDeployment."""
        return build(
            self._suite,
            classes=self._classes,
            libraries=self._libraries,
            environment=self._environment,
        )

    async def case(self, case: Case) -> CaseResult:
        configuration, backends = self.build()
        self._apple.forget()
        begun = time.perf_counter()
        failures: tuple[Failure, ...] = ()
        problem = None
        try:
            async with asyncio.timeout(self._case_seconds):
                left = await self._left_by(case.input, configuration)
                await configuration.background.finish(_BACKGROUND_SECONDS)
            outcome = Outcome(left, self._apple.notifications())
            failures = tuple(check(case.assertions, outcome))
        except _FlowFailed as failed:
            problem = str(failed)
        except TimeoutError:
            problem = f"the flow has not ended within {self._case_seconds:g} seconds"
        return CaseResult(
            case.name,
            case.line,
            failures,
            problem,
            tuple(backends.unanswered),
            self._apple.notifications(),
            time.perf_counter() - begun,
        )

    async def _left_by(self, given: Input, configuration: Configuration) -> Message | HttpAnswer:
        if self._suite.kind is Kind.SEQUENCE:
            return await run_sequence(self._suite.name, given, configuration)
        scope = scope_of(self._suite, given, configuration)
        return await ask(configuration, scope, (given.payload or "").encode())


async def run_sequence(name: str, given: Input, configuration: Configuration) -> Message:
    """The message that the sequence leaves: the one it answers with, if it answers."""
    message = message_of(given, configuration)
    sequence = configuration.sequence(name)
    assert sequence is not None  # noqa: S101 - it is the artifact under test
    try:
        await sequence.mediate(message)
        await message.exchange.settled()
    except Exception as fault:
        places = " ".join(getattr(fault, "__notes__", ()))
        raise _FlowFailed(
            f"the sequence failed: {told(message, fault)} {places}".strip()
        ) from fault
    finally:
        message.exchange.end()
    return message.exchange.take_response() or message


def message_of(given: Input, configuration: Configuration) -> Message:
    """The input of a sequence: its payload in an envelope, its properties in their scopes."""
    content_type, body = None, b""
    if given.payload is not None:
        named = {name.lower(): value for name, value in given.headers()}
        content_type = named.get("content-type") or content_type_of(given.payload)
        body = given.payload.encode()
    try:
        built = build_message(content_type, body, configuration=configuration)
    except ConnectorError as error:
        raise _FlowFailed(f"the payload cannot be read as {content_type}: {error}") from error
    built.message.properties.axis2["messageType"] = built.media_type
    for one in given.properties:
        built.message.properties.set(one.name, one.value, one.scope)
    return built.message


def check(assertions: Sequence[Assertion], outcome: Outcome) -> list[Failure]:
    """Those that do not hold; all of them, not only the first one."""
    failures = []
    for assertion in assertions:
        actual = assertion.actual.read(outcome)
        if not _holds(assertion.expected, actual):
            failures.append(
                Failure(
                    assertion.name,
                    assertion.actual.source,
                    assertion.expected,
                    actual,
                    assertion.message,
                    assertion.line,
                )
            )
    return failures


def _holds(expected: str | None, actual: str | None) -> bool:
    """Nothing is the same as an empty text; what is empty counts as null (Synapse: Assertor)."""
    if expected is None:
        return bool((actual or "").strip())
    return is_same(expected, actual or "")
