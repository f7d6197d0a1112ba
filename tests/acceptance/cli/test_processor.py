"""``processor``: switched off and on while the gateway runs."""

from __future__ import annotations

from tests.acceptance.conftest import Apple
from tests.acceptance.house import House, until


def test_a_processor_can_be_switched_off_and_on_while_it_runs(house: House, empty_apple: Apple):
    gateway = house.serve()
    assert house.run("processor", "deactivate", "Pusher").returncode == 0
    gateway.wait_for("'Pusher' has stopped")
    assert house.json("processor", "list") == [
        {"name": "Pusher", "active": False, "kind": "dispatch", "store": "Pushes"}
    ]
    house.push(1)
    (record,) = house.records()
    assert record["state"] == "waiting"
    assert house.run("processor", "activate", "Pusher").stdout == "Pusher is active\n"
    until(empty_apple.notifications)


def test_one_that_is_not_there_is_told(house: House):
    done = house.run("processor", "activate", "Nope")
    assert done.returncode == 1
    assert "There is no message processor 'Nope': there is Pusher" in done.stderr
    assert not (house.folder / "processors.json").exists()
