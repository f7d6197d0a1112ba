"""``work``: messages are delivered without an HTTP front."""

from __future__ import annotations

from tests.acceptance.conftest import Apple
from tests.acceptance.house import House, until


def test_a_kept_push_is_delivered_with_the_id_of_its_record(house: House, empty_apple: Apple):
    house.serve("--no-processors")
    assert house.push(1) == 202
    (record,) = house.records()
    assert (record["state"], record["attempts"]) == ("waiting", 0)
    assert empty_apple.notifications() == []
    house.work()
    (notification,) = until(empty_apple.notifications)
    assert notification["apns_id"].lower() == record["id"]
    until(lambda: house.records() == [])


def test_without_a_processor_there_is_nothing_to_do(house: House):
    (house.folder / "synapse-configs/default/message-processors/Pusher.xml").unlink()
    command = house.start("work")
    assert command.process.wait(30) == 1
    assert "it has no <messageProcessor>" in command.log.read_text()
