from __future__ import annotations

import asyncio

import pytest

from apns_connector.errors import MediationError
from apns_connector.processing.sampling import Sampler
from tests.unit.processing.scene import SAMPLING, Scene, processor
from tests.virtual_time import BEGINNING, run


def sample(played: Scene, *numbers: int, seconds: float = 100.0) -> int:
    """Run P; how many records are left."""

    async def scenario() -> int:
        store = played.store()
        await store.open()
        await store.put([played.record(number) for number in numbers])
        sampler = Sampler(played.configuration.processors["P"], played.context)
        task = asyncio.create_task(sampler.run())
        await store.open()
        await asyncio.sleep(seconds)
        sampler.stop()
        await task
        await played.configuration.background.finish(10.0)
        return len(await store.browse())

    return run(scenario())


def test_each_interval_takes_one_message(scene):
    played = scene(processor(SAMPLING, sequence="n", interval=10000))
    assert sample(played, 0, 1, 2, seconds=15.0) == 1
    note = played.notes["n"]
    assert note.payloads == [{"number": 0}, {"number": 1}]
    assert [at - BEGINNING for at in note.at] == pytest.approx([0, 10], abs=0.6)


def test_or_several(scene):
    played = scene(processor(SAMPLING, sequence="n", interval=10000, concurrency=2))
    assert sample(played, 0, 1, 2, seconds=5.0) == 1
    assert len(played.notes["n"].seen) == 2


def test_a_message_that_fails_is_gone_and_its_error_is_for_the_fault_sequence(scene):
    played = scene(processor(SAMPLING, sequence="n"))
    played.notes["n"].failures = [MediationError("no", 1)]
    assert sample(played, 0, 1) == 0
    assert len(played.notes["n"].seen) == 2
    assert played.notes["fault"].properties("ERROR_MESSAGE") == ["no"]


def test_a_message_is_out_of_its_store_before_its_sequence_begins(scene):
    played = scene(
        "<sequence name='look'><class name='n'/></sequence>",
        processor(SAMPLING, sequence="look"),
    )
    left: list[int] = []
    note = played.notes["n"]
    mediate = note.mediate

    async def looking(message):
        left.append((await played.store().count()).claimed + (await played.store().count()).waiting)
        return await mediate(message)

    note.mediate = looking
    assert sample(played, 0) == 0
    assert left == [0]


def test_a_store_that_is_away_is_asked_again(scene):
    played = scene(processor(SAMPLING, sequence="n"))

    async def scenario() -> None:
        sampler = Sampler(played.configuration.processors["P"], played.context)
        task = asyncio.create_task(sampler.run())
        await asyncio.sleep(20)
        await played.store().open()
        await played.store().put([played.record()])
        await asyncio.sleep(60)
        sampler.stop()
        await task

    run(scenario())
    assert len(played.notes["n"].seen) == 1


def test_a_sequence_that_is_not_there_is_told(scene, caplog: pytest.LogCaptureFixture):
    played = scene(processor(SAMPLING, sequence="n"))
    played.configuration.names.pop("n")
    assert sample(played, 0) == 0
    assert "a message is lost: Sequence named n cannot be found" in caplog.text
