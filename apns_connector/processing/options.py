"""What the parameters of a processor mean. In XML times are milliseconds, here they are seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from apns_connector.delivery.forwarder import ForwarderOptions
from apns_connector.delivery.processor import ProcessorOptions
from apns_connector.delivery.retry import RetryPolicy
from apns_connector.delivery.turns import Schedule
from apns_connector.mediation.cron import parse_cron
from apns_connector.mediation.message_processor import MessageProcessorDefinition
from apns_connector.mediation.schedule import Calendar, Interval
from apns_connector.mediation.schedule import Schedule as TaskSchedule

CRON = "cronExpression"
INTERVAL = 1000  # milliseconds, of all processors


def dispatch_options(
    definition: MessageProcessorDefinition, stop_seconds: float
) -> ProcessorOptions:
    """Of a DispatchProcessor. ``stop_seconds``: how long a stop may take."""
    first = _seconds(definition, "client.retry.interval", 1000)
    return ProcessorOptions(
        concurrency=definition.number("concurrency", 500),
        lease=definition.number("lease", 60),
        wait=_seconds(definition, "interval", INTERVAL),
        stop_seconds=stop_seconds,
        retry=RetryPolicy(
            attempts=max(0, definition.number("max.delivery.attempts", 10)),
            first=first,
            most=max(first, _seconds(definition, "max.retry.interval", 600_000)),
        ),
    )


def forwarder_options(
    definition: MessageProcessorDefinition, stop_seconds: float
) -> ForwarderOptions:
    """Of a ScheduledMessageForwardingProcessor, and of the one for failover. With a cron expression
    a turn forwards all that is there; otherwise one, unless ``throttle`` is false."""
    throttled = definition.flag("throttle", True)
    gap = max(0.0, _seconds(definition, "throttle.interval", 0))
    return ForwarderOptions(
        attempts=max(0, definition.number("max.delivery.attempts", 4)),
        retry=_seconds(definition, "client.retry.interval", 1000),
        all_there=not throttled or definition.text(CRON) is not None,
        gap=gap if throttled else 0.0,
        members=definition.number("member.count", 1),
        store_attempts=max(0, definition.number("max.store.connection.attempts", -1)),
        store_retry=_seconds(definition, "store.connection.retry.interval", 1000),
        stop_seconds=stop_seconds,
    )


def schedule(definition: MessageProcessorDefinition) -> Schedule:
    """When it looks into its store: at the interval, or when the cron expression says so."""
    cron = definition.text(CRON)
    if cron is not None:
        return in_seconds(Calendar(parse_cron(cron)))
    return in_seconds(Interval(_seconds(definition, "interval", INTERVAL)))


def in_seconds(schedule: TaskSchedule) -> Schedule:
    """The schedule of a task, for who counts seconds since 1970."""

    def next_turn(started: float, turns: int, now: float) -> float | None:
        due = schedule.next(_time(started), turns, _time(now))
        return None if due is None else due.timestamp()

    return next_turn


def drops(definition: MessageProcessorDefinition) -> bool:
    """Whether a message is forgotten when its attempts are used up."""
    return (definition.text("max.delivery.drop") or "").lower() in ("enabled", "true")


def taken_as_delivered(definition: MessageProcessorDefinition) -> frozenset[int]:
    """The statuses of ``non.retry.status.codes``."""
    parts = (definition.text("non.retry.status.codes") or "").split(",")
    return frozenset(int(part) for part in map(str.strip, parts) if part.isdecimal())


def _seconds(definition: MessageProcessorDefinition, parameter: str, default: int) -> float:
    return definition.number(parameter, default) / 1000


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
