"""When a processor that forwards messages stops: rule 20."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from apns_connector.delivery.record import Kept
from apns_connector.mediation.compatibility import ESB_4_9, MI_4, Compatibility
from apns_connector.mediation.endpoints.transport import OutboundReply
from apns_connector.processing.forwarding import forwarding_processor
from tests.unit.processing.scene import FORWARDING, Scene, processor
from tests.virtual_time import run

STORE = "<messageStore name='S'/>"
THANKS = OutboundReply(200, (("Content-Type", "text/xml"),), b"<thanks/>")


@pytest.fixture
def forward(tmp_path: Path):
    """Two messages, which the processor P forwards to a backend that answers so. The numbers of
    those that are left, how many were sent, and whether P has stopped."""

    def forwarded(
        answer: OutboundReply, compatibility: Compatibility = MI_4, **parameters: object
    ) -> tuple[list[int], int, bool]:
        artifacts = STORE + processor(FORWARDING, target="E", **parameters)
        scene = Scene(tmp_path, artifacts, compatibility)
        scene.backends.answers = [answer]
        kept = run(_left(scene))
        left = [scene.context.message(one.record).json["number"] for one in kept]
        return left, len(scene.backends.asked), bool(scene.deactivated)

    return forwarded


async def _left(scene: Scene) -> list[Kept]:
    store = scene.store()
    await store.open()
    await store.put([scene.record(0), scene.record(1)])
    running = forwarding_processor(scene.configuration.processors["P"], scene.context)
    task = asyncio.create_task(running.run())
    await asyncio.sleep(60)
    running.stop()
    await task
    return await store.browse()


def test_20_a_response_that_no_reply_sequence_takes_stops_it_and_the_message_stays(forward):
    assert forward(THANKS) == ([0, 1], 1, True)


def test_20_in_the_esb_the_message_is_gone_when_it_stops(forward):
    assert forward(THANKS, ESB_4_9) == ([1], 1, True)


def test_20_with_a_reply_sequence_or_without_content_it_goes_on(forward):
    assert forward(OutboundReply(200)) == ([], 2, False)
    assert forward(THANKS, message_processor_reply_sequence="reply") == ([], 2, False)


def test_20_after_four_failures_it_stops_and_the_message_stays(forward):
    assert forward(OutboundReply(500)) == ([0, 1], 4, True)


def test_20_unless_it_is_told_to_drop_what_fails(forward):
    assert forward(OutboundReply(500), max_delivery_drop="Enabled") == ([], 8, False)
