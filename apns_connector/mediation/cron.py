"""Cron expressions as Quartz has them: seconds first, Sunday is 1, and ``?``, ``L``, ``W``, ``#``.

``seconds minutes hours day-of-month month day-of-week [year]``. Neither the order nor the numbers
are those of Unix, so that none of the libraries for Unix cron reads them rightly.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from apns_connector.errors import ConfigurationError

_LAST_YEAR = 2099  # of Quartz
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()  # of the numbers, from the lowest on


_SECOND = _Field("seconds", 0, 59)
_MINUTE = _Field("minutes", 0, 59)
_HOUR = _Field("hours", 0, 23)
_DAY = _Field("day of month", 1, 31)
_MONTH = _Field("month", 1, 12, _MONTHS)
_WEEKDAY = _Field("day of week", 1, 7, _DAYS)
_YEAR = _Field("year", 1970, _LAST_YEAR)

# Whether a day is meant; a rule that a set of numbers cannot say.
_DayRule = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression. ``zone`` ``None``: that of the machine."""

    source: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    day: _DayRule
    zone: tzinfo | None = None

    def __repr__(self) -> str:
        return f"Cron({self.source!r})"

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time after an aware ``moment``; ``None`` when there is none any more."""
        local = moment.astimezone(self.zone)
        for day in self._days(local.date()):
            for clock in self._times(local.time() if day == local.date() else time.min):
                # The hour that comes twice when summer ends: the same of the two as now.
                found = self._aware(datetime.combine(day, clock), local.fold)
                if found > moment:
                    return found
        return None

    def _aware(self, naive: datetime, fold: int) -> datetime:
        naive = naive.replace(fold=fold)
        return naive.astimezone() if self.zone is None else naive.replace(tzinfo=self.zone)

    def _days(self, day: date) -> Iterator[date]:
        while day.year <= _LAST_YEAR:
            if day.year in self.years and day.month in self.months and self.day(day):
                yield day
            day += timedelta(days=1)

    def _times(self, earliest: time) -> Iterator[time]:
        """The times of a day in order; of those before ``earliest`` as few as possible."""
        first = (earliest.hour, earliest.minute)
        for hour in (hour for hour in self.hours if hour >= first[0]):
            for minute in (minute for minute in self.minutes if (hour, minute) >= first):
                yield from (time(hour, minute, second) for second in self.seconds)


def parse_cron(source: str, zone: tzinfo | None = None) -> Cron:
    """Raises ConfigurationError, without a place, for what Quartz refuses."""
    texts = source.upper().split()
    if len(texts) not in (6, 7):
        raise ConfigurationError(
            f"the cron expression '{source}' has {len(texts)} fields; it needs 6 or 7: seconds, "
            "minutes, hours, day of month, month, day of week, and perhaps a year"
        )
    try:
        return Cron(
            source,
            seconds=tuple(sorted(_numbers(texts[0], _SECOND))),
            minutes=tuple(sorted(_numbers(texts[1], _MINUTE))),
            hours=tuple(sorted(_numbers(texts[2], _HOUR))),
            months=_numbers(texts[4], _MONTH),
            years=_numbers(texts[6] if len(texts) == 7 else "*", _YEAR),
            day=_day_rule(texts[3], texts[5]),
            zone=zone,
        )
    except ConfigurationError as error:
        raise ConfigurationError(f"the cron expression '{source}': {error.problem}") from error


def _numbers(text: str, field: _Field) -> frozenset[int]:
    """``*``, ``5``, ``1-5``, ``MON-FRI``, ``0/15``, ``10-40/10``, and lists of these."""
    return frozenset(number for part in text.split(",") for number in _part(part, field))


def _part(text: str, field: _Field) -> Iterator[int]:
    body, slash, step_text = text.partition("/")
    step = _number(step_text, field) if slash else 1
    if step < 1:
        raise ConfigurationError(f"{field.name}: a step of {step} in '{text}'")
    if body in ("*", ""):
        yield from range(field.low, field.high + 1, step)
        return
    first_text, dash, last_text = body.partition("-")
    first = _within(_number(first_text, field), field)
    last = _within(_number(last_text, field), field) if dash else (field.high if slash else first)
    if last < first:  # such as FRI-MON, or 22-2 for the hours of the night
        last += field.high - field.low + 1
    for number in range(first, last + 1, step):
        yield number if number <= field.high else number - field.high + field.low - 1


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.low + field.names.index(text)
    if not text.isdecimal():
        raise ConfigurationError(f"{field.name}: '{text}' is no number")
    return int(text)


def _within(number: int, field: _Field) -> int:
    if not field.low <= number <= field.high:
        raise ConfigurationError(
            f"{field.name}: {number} is not between {field.low} and {field.high}"
        )
    return number


def _day_rule(month_day: str, weekday: str) -> _DayRule:
    """One of the two fields decides; the other is ``?`` (or ``*``, which Quartz takes for it)."""
    if month_day == "?" and weekday == "?":
        raise ConfigurationError("day of month and day of week are both '?'")
    if weekday in ("?", "*"):
        return _month_day_rule("*" if month_day == "?" else month_day)
    if month_day not in ("?", "*"):
        raise ConfigurationError("day of month and day of week are both given: one has to be '?'")
    return _weekday_rule(weekday)


def _month_day_rule(text: str) -> _DayRule:
    last = re.fullmatch(r"L(?:-(\d+))?(W)?", text)
    if last is not None:
        before, working = int(last[1] or 0), last[2] is not None
        return lambda day: day.day == _working(_last_of(day) - before, day, working)
    nearest = re.fullmatch(r"(\d+)W", text)
    if nearest is not None:
        wanted = _within(int(nearest[1]), _DAY)
        return lambda day: day.day == _working(min(wanted, _last_of(day)), day, True)
    numbers = _numbers(text, _DAY)
    return lambda day: day.day in numbers


def _weekday_rule(text: str) -> _DayRule:
    last = re.fullmatch(r"(\w+)L", text)
    if last is not None:
        wanted = _within(_number(last[1], _WEEKDAY), _WEEKDAY)
        return lambda day: _weekday(day) == wanted and day.day > _last_of(day) - 7
    nth = re.fullmatch(r"(\w+)#([1-5])", text)
    if nth is not None:
        wanted, week = _within(_number(nth[1], _WEEKDAY), _WEEKDAY), int(nth[2])
        return lambda day: _weekday(day) == wanted and (day.day + 6) // 7 == week
    numbers = frozenset({7}) if text == "L" else _numbers(text, _WEEKDAY)
    return lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _last_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _working(number: int, day: date, wanted: bool) -> int:
    """The working day of the month that is nearest to the ``number``-th, if one is wanted."""
    if not wanted or number < 1:
        return number
    weekday = day.replace(day=number).isoweekday()
    if weekday == 6:
        return number - 1 if number > 1 else number + 2
    if weekday == 7:
        return number + 1 if number < _last_of(day) else number - 2
    return number
