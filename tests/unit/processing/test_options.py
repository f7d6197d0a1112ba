from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apns_connector.delivery.retry import RetryPolicy
from apns_connector.mediation.message_processor import MessageProcessorDefinition, ProcessorKind
from apns_connector.processing.options import (
    dispatch_options,
    drops,
    forwarder_options,
    schedule,
    taken_as_delivered,
)


def definition(parameters: dict[str, str] | None = None) -> MessageProcessorDefinition:
    return MessageProcessorDefinition(
        "P", "…", ProcessorKind.FORWARDING, "S", None, parameters or {}
    )


def test_a_dispatch_processor_has_many_under_way_and_ten_attempts():
    options = dispatch_options(definition(), 20.0)
    assert (options.concurrency, options.lease, options.wait) == (500, 60, 1.0)
    assert options.retry == RetryPolicy(attempts=10, first=1.0, most=600.0)
    assert options.stop_seconds == 20.0


def test_times_in_xml_are_milliseconds():
    options = dispatch_options(
        definition(
            {
                "client.retry.interval": "2500",
                "max.retry.interval": "60000",
                "interval": "200",
                "lease": "30",
                "concurrency": "7",
                "max.delivery.attempts": "0",
            }
        ),
        20.0,
    )
    assert options.retry == RetryPolicy(attempts=0, first=2.5, most=60.0)
    assert (options.wait, options.lease, options.concurrency) == (0.2, 30, 7)


def test_the_longest_wait_is_no_shorter_than_the_first():
    options = dispatch_options(definition({"client.retry.interval": "900000"}), 20.0)
    assert (options.retry.first, options.retry.most) == (900.0, 900.0)


def test_a_forwarding_processor_is_as_synapse_documents_it():
    options = forwarder_options(definition(), 20.0)
    assert (options.attempts, options.retry, options.members) == (4, 1.0, 1)
    assert not options.all_there
    assert (options.store_attempts, options.store_retry) == (0, 1.0)


@pytest.mark.parametrize("text", ["0", "-1"])
def test_no_limit_of_attempts_may_be_written_in_two_ways(text):
    assert forwarder_options(definition({"max.delivery.attempts": text}), 1.0).attempts == 0


def test_without_throttle_a_turn_takes_all_and_with_a_cron_expression_too():
    assert forwarder_options(definition({"throttle": "false"}), 1.0).all_there
    cron = {"cronExpression": "0 0 3 * * ?", "throttle.interval": "250"}
    options = forwarder_options(definition(cron), 1.0)
    assert (options.all_there, options.gap) == (True, 0.25)
    unthrottled = forwarder_options(definition({**cron, "throttle": "false"}), 1.0)
    assert (unthrottled.all_there, unthrottled.gap) == (True, 0.0)


def test_a_schedule_is_an_interval_from_the_start_on():
    every = schedule(definition({"interval": "5000"}))
    assert every(1000.0, 0, 1000.0) == 1000.0
    assert every(1000.0, 1, 1000.1) == 1005.0


def test_or_what_the_cron_expression_says():
    nightly = schedule(definition({"cronExpression": "0 0 3 * * ?", "interval": "5"}))
    start = datetime(2024, 1, 1, 12, tzinfo=UTC).timestamp()
    due = nightly(start, 0, start)
    assert due is not None
    assert datetime.fromtimestamp(due).strftime("%H:%M:%S") == "03:00:00"


def test_messages_are_dropped_only_if_that_is_asked_for():
    assert drops(definition({"max.delivery.drop": "Enabled"}))
    assert not drops(definition({"max.delivery.drop": "Disabled"}))
    assert not drops(definition())


def test_statuses_that_are_as_good_as_delivered():
    assert taken_as_delivered(definition({"non.retry.status.codes": "404, 409,x"})) == {404, 409}
    assert taken_as_delivered(definition()) == frozenset()
