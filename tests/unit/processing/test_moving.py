from __future__ import annotations

import pytest

from apns_connector.errors import StoreUnavailable
from apns_connector.processing.moving import bury_in, move
from tests.virtual_time import run


def test_a_record_keeps_its_id_body_and_age_and_begins_anew(scene):
    played = scene("<messageStore name='T'/>")
    record = played.record().failed(1_700_000_500.0, "503")

    async def scenario() -> None:
        await played.store("T").open()
        await move(record, "T", played.context)
        await move(record, "T", played.context)
        (kept,) = await played.store("T").browse()
        moved = kept.record
        assert (moved.id, moved.body, moved.created) == (record.id, record.body, record.created)
        assert (moved.due, moved.attempts, moved.reason) == (0.0, 0, "503")

    run(scenario())


def test_a_buried_record_tells_why(scene):
    played = scene("<messageStore name='T'/>")

    async def scenario() -> None:
        await played.store("T").open()
        assert await bury_in("T", played.context)(played.record(), "no use")
        (kept,) = await played.store("T").browse()
        assert kept.record.reason == "no use"

    run(scenario())


def test_a_store_that_does_not_take_it_is_told(scene):
    played = scene("<messageStore name='T'/>")

    async def scenario() -> None:
        with pytest.raises(StoreUnavailable):
            await move(played.record(), "T", played.context)

    run(scenario())
