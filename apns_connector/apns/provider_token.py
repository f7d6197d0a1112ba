"""Which provider token to use when: one for all processes of a key, though they never talk.

Apple, "Establishing a token-based connection to APNs": a token older than 60 minutes is refused
(ExpiredProviderToken), and so is a new one on a connection that was shown another one less than
20 minutes ago (TooManyProviderTokenUpdates). There are reports that the second rule reaches
beyond one connection. Hence:

* The time of issue is rounded down to a grid, and the signature depends on nothing else: every
  process with the key makes the same token, byte for byte.
* Whoever starts late in a period uses a token that is almost as old as the grid is wide, and has
  to stay with it for 20 minutes. With a grid of 30 minutes no token gets older than 50: ten are
  left for a clock that is slow and for the time on the way.
* Who was late takes the next token late as well, each time ten minutes less, and follows the grid
  from the fourth on. A grid of 20 minutes would never let it catch up.

All times are seconds since 1970, by this machine's clock.
"""

from __future__ import annotations

from typing import Final, NamedTuple

GRID_SECONDS: Final = 30 * 60
UPDATE_SECONDS: Final = 20 * 60
MAX_AGE_SECONDS: Final = GRID_SECONDS + UPDATE_SECONDS
# A clock that is put back makes the token in use one from the future. Up to here it stays in use:
# going back to the one before would be an update as well.
MAX_AHEAD_SECONDS: Final = 10 * 60
# Replacements are rounded too, so that processes whose token is refused together agree, mostly.
REPLACEMENT_GRID_SECONDS: Final = 60


class Use(NamedTuple):
    """A token in use: when it says it was issued (``iat``), and when it was used first."""

    issued_at: int
    since: float


def on_grid(now: float) -> int:
    """When the token of this period was issued: the same for all who ask within it."""
    return int(now // GRID_SECONDS) * GRID_SECONDS


def may_update(since: float, now: float) -> bool:
    """Whether a token used since ``since`` may be followed by another one on its connection."""
    return now - since >= UPDATE_SECONDS


def scheduled(use: Use | None, now: float) -> Use:
    """The token to use at ``now``: the one in ``use``, or that of the period.

    A replacement is given up for the next period's token; one of the same period is older.
    """
    due = on_grid(now)
    if use is None or not -MAX_AHEAD_SECONDS <= now - use.issued_at < MAX_AGE_SECONDS:
        return Use(due, now)
    if due <= use.issued_at or not may_update(use.since, now):
        return use
    return Use(due, now)


def replacement(refused: Use, now: float) -> Use:
    """What to use instead of a token that Apple called expired, sooner than the schedule says.

    As fresh as can be: the reason is a clock that is slow, unless Apple errs. Certainly another one
    than ``refused``, be it a second younger. The schedule then takes it for any token in use: it
    stays for 20 minutes at least, until a period begins or has begun.
    """
    minute = int(now // REPLACEMENT_GRID_SECONDS) * REPLACEMENT_GRID_SECONDS
    if minute > refused.issued_at:
        return Use(minute, now)
    return Use(max(int(now), refused.issued_at + 1), now)


def may_replace(replaced_at: float | None, now: float) -> bool:
    """Whether another replacement may be made: if the last one did not help, the clock is wrong by
    an hour, and Apple does not like to be shown many tokens."""
    return replaced_at is None or not 0 <= now - replaced_at < UPDATE_SECONDS
