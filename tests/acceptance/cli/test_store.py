"""``store``: kept messages are looked at, and helped on."""

from __future__ import annotations

import json

from tests.acceptance.conftest import Apple
from tests.acceptance.house import House, token, until


def test_a_dead_record_is_shown_and_retried_by_hand(house: House, empty_apple: Apple):
    empty_apple.fault(fault="answer", status=400, reason="BadTopic")
    house.serve()
    assert house.push(1) == 202
    (record,) = until(lambda: [one for one in house.records() if one["state"] == "dead"])
    assert "BadTopic" in record["reason"]

    shown = house.run("store", "show", "Pushes", record["id"])
    assert shown.returncode == 0, shown.stderr
    assert token(1)[-8:] in shown.stdout
    assert token(1) not in shown.stdout
    document = house.json("store", "show", "Pushes", record["id"])
    assert "<alert>Hi</alert>" in document["message"]["payload"]

    assert house.run("store", "retry", "Pushes", record["id"]).stdout == "1 record waits again\n"
    until(lambda: [one for one in empty_apple.notifications() if one["status"] == 200])
    again = house.run("store", "retry", "Pushes", record["id"])
    assert (again.returncode, again.stdout) == (1, "0 records wait again\n")


def test_records_are_exported_and_dropped(house: House):
    house.serve("--no-processors")
    house.push(1)
    house.push(2)
    lines = house.run("store", "export", "Pushes").stdout.splitlines()
    assert [json.loads(line)["state"] for line in lines] == ["waiting", "waiting"]
    assert token(2) not in "".join(lines)
    ids = [json.loads(line)["id"] for line in lines]
    assert house.run("store", "drop", "Pushes", ids[0], "--yes").stdout == "1 record is forgotten\n"
    assert [one["id"] for one in house.records()] == [ids[1]]
    unsure = house.run("store", "drop", "Pushes", ids[1])
    assert unsure.returncode != 0
    assert len(house.records()) == 1


def test_mistakes_are_told(house: House):
    for arguments, problem in (
        (("show", "Nope", "x"), "There is no message store 'Nope': there is Pushes"),
        (("show", "Pushes", "x"), "there is no record x"),
        (("retry", "Pushes"), "name records by their ID, or give --all-dead"),
    ):
        done = house.run("store", *arguments)
        assert done.returncode in (1, 2)
        assert problem in done.stderr
        assert "Traceback" not in done.stderr


def test_a_store_in_memory_cannot_be_looked_into(house: House):
    (house.folder / "gateway.yaml").write_text("message_stores: {Pushes: {url: 'memory:'}}\n")
    file = house.folder / "synapse-configs/default/message-stores/Pushes.xml"
    file.write_text(file.read_text().replace("ordering", "description"))
    assert house.json("store", "list")[0]["store"] == "Pushes (in memory)"
    done = house.run("store", "list", "Pushes")
    assert done.returncode == 1
    assert "in the memory of the gateway" in done.stderr


def test_a_store_that_is_away_does_not_hide_the_others(house: House):
    stores = house.folder / "synapse-configs/default/message-stores"
    away = (stores / "Pushes.xml").read_text().replace('name="Pushes"', 'name="Away"')
    (stores / "Away.xml").write_text(away)
    (house.folder / "gateway.yaml").write_text(
        "message_stores: {Away: {url: 'postgresql://scott@127.0.0.1:1/x'}}\n"
    )
    done = house.run("store", "list")
    assert done.returncode == 1
    assert "'Away'" in done.stderr
    assert "Traceback" not in done.stderr
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows == {
        "store": ["waiting", "claimed", "dead", "oldest"],
        "Away": ["-", "-", "-", "-"],
        "Pushes": ["0", "0", "0", "-"],
    }
