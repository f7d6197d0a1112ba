"""One record, several devices: each gets its push, and none gets it twice."""

from __future__ import annotations

from collections import Counter

import pytest

from apns_connector.apns import FeedbackFile
from apns_connector.simulator import rejection, token_for
from tests.acceptance.conftest import Apple
from tests.acceptance.house import CONFIGS, House, token, until

BUSY = rejection("ServiceUnavailable")
GONE = token_for(rejection("Unregistered"))
WRONG = token_for(rejection("BadTopic"))
GOOD = token(1)

TOGETHER = """
  <apns.dispatchToDevices configKey="MyAPNsConfig">
    <deviceTokens>{//tokens}</deviceTokens>
    <alert>Hi</alert>
  </apns.dispatchToDevices>"""
EACH = """
  <iterate expression="//deviceToken">
    <target><sequence>
      <apns.dispatchToDevice configKey="MyAPNsConfig">
        <deviceToken>{//deviceToken}</deviceToken>
        <alert>Hi</alert>
      </apns.dispatchToDevice>
    </sequence></target>
  </iterate>"""


def write(house: House, mediators: str, wait: int) -> None:
    """``wait``: milliseconds before the second attempt."""
    sequence = house.folder / CONFIGS / "sequences/push.xml"
    sequence.write_text(
        f'<sequence xmlns="http://ws.apache.org/ns/synapse" name="push">{mediators}</sequence>'
    )
    processor = house.folder / CONFIGS / "message-processors/Pusher.xml"
    text = processor.read_text()
    assert ">100<" in text
    processor.write_text(text.replace(">100<", f">{wait}<"))


def push(house: House, *tokens: str) -> None:
    each = "".join(f"<deviceToken>{one}</deviceToken>" for one in tokens)
    assert house.post(f"<p><tokens>{each}</tokens></p>") == 202


def answers(apple: Apple) -> list[tuple[str, int]]:
    return [(one["device_token"], one["status"]) for one in apple.notifications()]


def ids(apple: Apple, device_token: str) -> set[str]:
    return {one["apns_id"] for one in apple.notifications() if one["device_token"] == device_token}


def hurried(house: House) -> bool:
    """Whether no record is left; what waits for its time has not to wait any longer."""
    left = house.records()
    for record in left:
        if record["state"] == "waiting":
            house.run("store", "retry", "Pushes", record["id"])
    return not left


@pytest.mark.parametrize(
    ("mediators", "device"),
    [
        pytest.param(TOGETHER, 1, id="together"),
        pytest.param(EACH, 2, id="each", marks=pytest.mark.long),
    ],
)
def test_a_device_that_apple_is_too_busy_for_gets_its_push_and_the_others_no_other(
    house: House, empty_apple: Apple, mediators: str, device: int
):
    """Within two seconds a client tries at most four times: there are two attempts or more."""
    busy = token_for(BUSY, device, once=True)
    write(house, mediators, wait=60_000)
    house.environment["APNS_CONNECTOR__APNS__TIMEOUT"] = "2"
    for _ in range(4):
        empty_apple.fault(fault="answer", reason="ServiceUnavailable", after=3)
    house.serve("--no-processors")
    push(house, GOOD, GONE, busy)
    worker = house.work()
    (record,) = until(lambda: [one for one in house.records() if one["reason"]])
    assert record["reason"].startswith("1 of 3 notifications not delivered: ")
    assert "503 ServiceUnavailable" in record["reason"]
    worker.process.kill()  # what it knew, it has written down
    worker.process.wait()
    house.work()
    until(lambda: hurried(house))

    assert Counter(answers(empty_apple)) == {
        (GOOD, 200): 1, (GONE, 410): 1, (busy, 503): 5, (busy, 200): 1,
    }  # fmt: skip
    assert len(ids(empty_apple, busy)) == 1
    with FeedbackFile(house.folder / "data/unregistered.db") as gone:
        assert [one.device_token for one in gone.read().unregistered] == [GONE]


def test_who_has_a_dead_record_tried_again_sends_to_nobody_twice(house: House, empty_apple: Apple):
    write(house, EACH, wait=100)
    house.serve()
    push(house, GOOD, GONE, WRONG)
    (record,) = until(lambda: [one for one in house.records() if one["state"] == "dead"])
    assert record["reason"].startswith("1 of 3 notifications not delivered: 400 BadTopic")
    assert house.run("store", "retry", "Pushes", record["id"]).returncode == 0
    until(lambda: len(answers(empty_apple)) == 4)
    assert Counter(answers(empty_apple)) == {(GOOD, 200): 1, (GONE, 410): 1, (WRONG, 400): 2}
