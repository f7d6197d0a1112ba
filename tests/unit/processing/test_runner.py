"""Processors run as the configuration in force, and the operator, want it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from apns_connector.errors import MediationError, TransportError
from apns_connector.mediation.background import Background
from apns_connector.mediation.message import Message
from apns_connector.processing.activation import FILE_NAME, Activation
from apns_connector.processing.runner import ProcessorRunner
from tests.unit.processing.scene import DISPATCH, FORWARDING, SAMPLING, Scene, processor
from tests.virtual_time import clock, run

STORE = "<messageStore name='S'/>"


def play(
    played: Scene,
    story: Callable[[ProcessorRunner], Awaitable[None]],
    *,
    with_processors: bool = True,
) -> None:
    async def scenario() -> None:
        runner = ProcessorRunner(
            played.folder, played.stores, with_processors=with_processors, clock=clock
        )
        await runner.open(played.configuration, played.live(played.configuration))
        runner.start()
        await asyncio.sleep(1)
        await story(runner)
        await runner.stop()
        await runner.close()
        assert runner.names == []
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())


class FailingOnce(Background):
    def __init__(self) -> None:
        super().__init__()
        self.failures = [ZeroDivisionError("a bug")]

    def start(self, run: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if self.failures:
            run.close()
            raise self.failures.pop()
        return super().start(run)


async def keep(runner: ProcessorRunner, played: Scene, number: int = 0) -> None:
    message = Message.from_json({"number": number}, configuration=played.configuration)
    await runner.keeper.keep("S", message)


def test_what_is_kept_is_processed(scene):
    played = scene(processor(DISPATCH, sequence="n"))

    async def story(runner: ProcessorRunner) -> None:
        assert runner.names == ["P"]
        await keep(runner, played)
        await asyncio.sleep(1)

    play(played, story)
    assert len(played.notes["n"].seen) == 1


def test_every_kind_runs(scene):
    played = scene(
        processor(DISPATCH, name="A", sequence="n"),
        processor(FORWARDING, name="B", target="E"),
        processor(SAMPLING, name="C", sequence="n"),
    )

    async def story(runner: ProcessorRunner) -> None:
        assert runner.names == ["A", "B", "C"]

    play(played, story)


def test_without_processors_messages_are_kept_for_others(scene):
    played = scene(processor(DISPATCH, sequence="n"))

    async def story(runner: ProcessorRunner) -> None:
        assert runner.names == []
        await keep(runner, played)
        await asyncio.sleep(10)
        assert (await played.store().count()).waiting == 1

    play(played, story, with_processors=False)


def test_one_that_is_defined_as_inactive_waits_for_the_operator(scene):
    played = scene(processor(DISPATCH, sequence="n", is_active="false"))

    async def story(runner: ProcessorRunner) -> None:
        assert runner.names == []
        Activation(played.folder).decide("P", True)
        await asyncio.sleep(2)
        assert runner.names == ["P"]
        Activation(played.folder).decide("P", False)
        await asyncio.sleep(2)
        assert runner.names == []

    play(played, story)


def test_one_that_gives_up_is_inactive_until_the_operator_activates_it(
    scene, caplog: pytest.LogCaptureFixture
):
    played = scene(processor(FORWARDING, target="E", max_delivery_attempts=1))
    played.backends.answers = [TransportError("Connection refused", 101503)]

    async def story(runner: ProcessorRunner) -> None:
        await keep(runner, played)
        await asyncio.sleep(10)
        assert runner.names == []
        assert Activation(played.folder).read() == {"P": False}
        assert len(played.backends.asked) == 1
        Activation(played.folder).decide("P", True)
        await asyncio.sleep(10)
        assert len(played.backends.asked) == 2

    play(played, story)
    assert "'P' is deactivated: Connection refused. Activate it" in caplog.text


def test_it_stays_so_also_where_that_cannot_be_written(scene, caplog: pytest.LogCaptureFixture):
    played = scene(processor(FORWARDING, target="E", max_delivery_attempts=1))
    played.backends.answers = [TransportError("Connection refused", 101503)]

    async def story(runner: ProcessorRunner) -> None:
        (played.folder / FILE_NAME).mkdir()
        await keep(runner, played)
        await asyncio.sleep(10)
        (played.folder / FILE_NAME).rmdir()
        await asyncio.sleep(10)
        assert (runner.names, len(played.backends.asked)) == ([], 1)

    play(played, story)
    assert "until the next start only" in caplog.text
    assert caplog.text.count("stay as they are") == 1


def test_a_change_of_a_sequence_is_in_force_with_the_next_message(scene):
    first = processor(DISPATCH, sequence="way")
    played = scene("<sequence name='way'><class name='n'/></sequence>", first)

    async def story(runner: ProcessorRunner) -> None:
        changed = played.read(
            STORE + "<sequence name='way'><class name='reply'/></sequence>" + first
        )
        runner.deploy(changed, played.live(changed))
        await asyncio.sleep(2)
        await keep(runner, played)
        await asyncio.sleep(2)

    play(played, story)
    assert len(played.notes["reply"].seen) == 1
    assert played.notes["n"].seen == []


def test_a_processor_that_changes_begins_anew_and_one_that_is_gone_ends(scene):
    played = scene(processor(DISPATCH, name="A", sequence="n"), processor(DISPATCH, sequence="n"))

    async def story(runner: ProcessorRunner) -> None:
        changed = played.read(STORE + processor(DISPATCH, sequence="reply"))
        runner.deploy(changed, played.live(changed))
        await asyncio.sleep(2)
        assert runner.names == ["P"]
        await keep(runner, played)
        await asyncio.sleep(2)

    play(played, story)
    assert len(played.notes["reply"].seen) == 1


def test_records_in_a_store_that_stays_the_same_stay(scene):
    played = scene(processor(DISPATCH, sequence="n", is_active="false"))

    async def story(runner: ProcessorRunner) -> None:
        await keep(runner, played)
        changed = played.read(STORE + processor(DISPATCH, sequence="n"))
        runner.deploy(changed, played.live(changed))
        await asyncio.sleep(5)

    play(played, story)
    assert len(played.notes["n"].seen) == 1


def test_a_store_that_is_gone_is_closed_after_its_processor_has_stopped(scene):
    played = scene(processor(DISPATCH, sequence="n"))

    async def story(runner: ProcessorRunner) -> None:
        await keep(runner, played)
        await asyncio.sleep(2)
        store = played.store()
        changed = played.read("")
        runner.deploy(changed, {})
        await asyncio.sleep(2)
        assert runner.names == []
        with pytest.raises(Exception, match="closed"):
            await store.count()

    play(played, story)


def test_one_that_fails_unexpectedly_is_started_again_after_a_rest(
    scene, caplog: pytest.LogCaptureFixture
):
    played = scene(processor(SAMPLING, sequence="n"))
    played.configuration.background = FailingOnce()

    async def story(runner: ProcessorRunner) -> None:
        await keep(runner, played, 1)
        await asyncio.sleep(5)
        assert runner.names == []
        await keep(runner, played, 2)
        await asyncio.sleep(20)
        assert runner.names == ["P"]

    play(played, story)
    assert played.notes["n"].payloads == [{"number": 2}]
    assert "a bug" in caplog.text


def test_a_stop_lets_what_is_under_way_come_to_its_end(scene):
    played = scene(processor(DISPATCH, sequence="n", client_retry_interval=600000))
    played.notes["n"].failures = [MediationError("no", 1)]

    async def story(runner: ProcessorRunner) -> None:
        await keep(runner, played)

    play(played, story)
    assert len(played.notes["n"].seen) <= 1
