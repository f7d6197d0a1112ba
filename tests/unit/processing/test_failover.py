from __future__ import annotations

import asyncio

from apns_connector.processing.failover import failover_processor
from tests.unit.processing.scene import FAILOVER, Scene, processor
from tests.virtual_time import run


def move_all(played: Scene, *numbers: int, away: float = 0.0) -> tuple[list[int], list[int]]:
    """Run P, the other store being away for so many seconds at the beginning: how many records are
    in S, and the numbers in T in their order."""

    async def scenario() -> tuple[list[int], list[int]]:
        await played.store().open()
        await played.store().put([played.record(number) for number in numbers])
        running = failover_processor(played.configuration.processors["P"], played.context)
        task = asyncio.create_task(running.run())
        await asyncio.sleep(away)
        await played.store("T").open()
        await asyncio.sleep(100)
        running.stop()
        await task
        kept = [await store.browse() for store in (played.store(), played.store("T"))]
        left, moved = (
            [played.context.message(one.record).json["number"] for one in found] for found in kept
        )
        return left, moved

    return run(scenario())


def definition(**parameters: object) -> str:
    return "<messageStore name='T'/>" + processor(
        FAILOVER, message_target_store_name="T", **parameters
    )


def test_messages_move_to_the_other_store_in_their_order(scene):
    assert move_all(scene(definition()), 0, 1, 2) == ([], [0, 1, 2])


def test_a_store_that_is_away_is_waited_for(scene):
    played = scene(definition(max_delivery_attempts=-1, message_processor_fault_sequence="fault"))
    assert move_all(played, 0, 1, away=30.0) == ([], [0, 1])
    assert len(played.notes["fault"].seen) > 20
    assert "it is closed" in played.notes["fault"].properties("ERROR_MESSAGE")[0]


def test_after_the_attempts_it_deactivates_itself(scene):
    played = scene(definition(max_delivery_attempts=2))
    assert move_all(played, 0, 1, away=30.0) == ([0, 1], [])
    assert [name for name, _ in played.deactivated] == ["P"]
