"""Which queue a record belongs into, and how each is declared."""

from __future__ import annotations

import pytest

from apns_connector.delivery.stores.rabbitmq.queues import DELAYS, Queues

QUEUES = Queues("outbox", 500)


@pytest.mark.parametrize(
    ("due", "queue"),
    [
        (0.0, "outbox"),
        (100.0, "outbox"),
        (100.1, "outbox.after-0.25s"),
        (100.99, "outbox.after-0.25s"),
        (101.0, "outbox.after-1s"),
        (115.9, "outbox.after-4s"),
        (700.0, "outbox.after-256s"),
        (1_000_000.0, "outbox.after-4096s"),
    ],
)
def test_a_record_waits_in_the_longest_queue_that_is_not_too_long(due, queue):
    assert QUEUES.place(due, now=100.0) == queue


@pytest.mark.parametrize("seconds", [0.3, 1.0, 9.9, 600.0, 3600.0])
def test_passing_through_several_queues_it_is_late_by_a_quarter_of_a_second_at_most(seconds):
    now, passes = 0.0, 0
    while (queue := QUEUES.place(seconds, now)) != "outbox":
        now += float(queue.removeprefix("outbox.after-").removesuffix("s"))
        passes += 1
    assert seconds <= now < seconds + 0.25
    assert passes <= 3 * len(DELAYS)


def test_no_queue_has_messages_with_different_times():
    times = {
        queue: arguments.get("x-message-ttl") for queue, arguments in QUEUES.arguments().items()
    }
    assert times == {
        "outbox": None,
        "outbox.dead": None,
        **{f"outbox.after-{delay:g}s": int(delay * 1000) for delay in DELAYS},
    }


def test_what_has_waited_goes_to_the_main_queue_and_is_not_lost_on_the_way():
    for queue in QUEUES.waiting:
        arguments = QUEUES.arguments()[queue]
        assert arguments["x-dead-letter-exchange"] == ""
        assert arguments["x-dead-letter-routing-key"] == "outbox"
        assert arguments["x-dead-letter-strategy"] == "at-least-once"


def test_what_the_broker_rejects_from_the_main_queue_goes_to_the_dead():
    arguments = QUEUES.arguments()["outbox"]
    assert arguments["x-dead-letter-exchange"] == "outbox.dead"
    assert arguments["x-max-length"] == 500


def test_all_are_replicated_refuse_what_is_too_much_and_forget_nothing_after_many_returns():
    assert set(QUEUES.arguments()) == set(QUEUES.all)
    for arguments in QUEUES.arguments().values():
        assert arguments["x-queue-type"] == "quorum"
        assert arguments["x-overflow"] == "reject-publish"
        assert arguments["x-delivery-limit"] > 1_000_000_000
