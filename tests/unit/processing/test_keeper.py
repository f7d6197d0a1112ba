from __future__ import annotations

import pytest

from apns_connector.delivery.record import State
from apns_connector.errors import StoreUnavailable
from apns_connector.mediation.message import Message
from apns_connector.processing.keeper import Keeper
from tests.virtual_time import run


def test_a_message_is_in_its_store_when_keep_returns(scene):
    played = scene()
    message = Message.from_json({"number": 7}, configuration=played.configuration)

    async def scenario() -> None:
        await played.store().open()
        await Keeper(played.stores).keep("S", message)
        (kept,) = await played.store().browse()
        assert kept.state is State.WAITING
        assert played.context.message(kept.record).json == {"number": 7}

    run(scenario())


@pytest.mark.parametrize("name", ["S", "nowhere"])
def test_a_store_that_is_not_open_keeps_nothing(scene, name):
    played = scene()
    message = Message.from_json({}, configuration=played.configuration)

    async def scenario() -> None:
        with pytest.raises(StoreUnavailable):
            await Keeper(played.stores).keep(name, message)

    run(scenario())
