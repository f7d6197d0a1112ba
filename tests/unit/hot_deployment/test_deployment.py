"""What is in force, and what is not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from apns_connector.errors import ConfigurationError, InvalidDeployment, VaultError
from apns_connector.hot_deployment.deployment import Deployment, problems_of


def deployment(read: Callable[[], str]) -> tuple[Deployment[str], list[str]]:
    installed: list[str] = []
    return Deployment("first", read, installed.append), installed


def failing(error: Exception) -> Callable[[], str]:
    def read() -> str:
        raise error

    return read


def test_the_first_generation_is_in_force_from_the_start() -> None:
    found, installed = deployment(lambda: "second")
    assert (found.generation.number, found.generation.configuration) == (1, "first")
    assert (found.failure, installed) == (None, [])


def test_what_is_sound_comes_into_force() -> None:
    found, installed = deployment(lambda: "second")
    before = found.generation.since
    assert asyncio.run(found.renew())
    assert (found.generation.number, found.generation.configuration) == (2, "second")
    assert installed == ["second"]
    assert found.generation.since >= before


def test_it_is_read_beside_the_event_loop_and_installed_in_it() -> None:
    threads: list[int] = []
    found: Deployment[str] = Deployment(
        "first",
        lambda: str(threads.append(threading.get_ident())),
        lambda _: threads.append(threading.get_ident()),
    )
    asyncio.run(found.renew())
    reading, installing = threads
    assert reading != installing == threading.get_ident()


def test_what_is_wrong_is_kept_and_logged_and_the_old_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = InvalidDeployment(
        [ConfigurationError("wrong", "a.xml", 3), ConfigurationError("odd", "b.xml", 1)]
    )
    found, installed = deployment(failing(error))
    assert not asyncio.run(found.renew())
    assert (found.generation.number, installed) == (1, [])
    assert found.failure is not None
    assert found.failure.error is error
    assert found.failure.at >= found.generation.since
    assert [record.message for record in caplog.records] == [
        "a.xml:3: wrong",
        "b.xml:1: odd",
        "Not deployed: generation 1 stays in force",
    ]


def test_a_failure_is_forgotten_with_the_next_success() -> None:
    answers: list[Callable[[], str]] = [failing(VaultError("locked")), lambda: "second"]
    found, _ = deployment(lambda: answers.pop(0)())

    async def scenario() -> None:
        await found.renew()
        assert str(found.failure.error if found.failure else None) == "locked"
        await found.renew()

    asyncio.run(scenario())
    assert found.failure is None
    assert found.generation.number == 2


def test_what_nobody_expected_is_a_failure_too_and_not_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found, _ = deployment(failing(OSError("disk on fire")))
    assert not asyncio.run(found.renew())
    assert found.failure is not None
    assert str(found.failure.error) == "the deployment cannot be read: disk on fire"
    assert "Traceback" in caplog.text


def test_any_other_error_is_its_own_only_problem() -> None:
    error = VaultError("locked")
    assert problems_of(error) == (error,)
