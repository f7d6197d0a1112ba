"""Which requests go out again, and after how long: decisions without clock, socket or chance.

Sources: RFC 9113, section 8.7 (what was not processed may be sent again); Apple, "Handling
notification responses from APNs" (what to repeat, and what never).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apns_connector.apns import backoff
from apns_connector.apns.reasons import Action
from apns_connector.apns.response import Response

# A request refused this often in a row is tried again only after a pause.
_AT_ONCE: Final = 3
_FIRST_WAIT_SECONDS: Final = 0.5
_MOST_WAIT_SECONDS: Final = 8.0
# A token that was renewed too often is not mended within any deadline: 20 minutes are asked for.
_NOT_BY_WAITING: Final = "TooManyProviderTokenUpdates"


@dataclass(frozen=True, slots=True)
class Resending:
    """What the caller wants sent again, beside what was certainly not processed.

    ``rejected``: what Apple rejects for now, such as 429 and 503. ``unknown``: what was written to
    a connection that was then lost; Apple may deliver that twice.
    """

    rejected: bool = True
    unknown: bool = False

    def after_rejection(self, response: Response, rejections: int, chance: float) -> float | None:
        """The pause in seconds before the next try, the ``rejections``-th (from 1) behind it;
        ``None`` if no try will help or none is wanted."""
        explanation = response.explanation
        if (
            not self.rejected
            or explanation is None
            or explanation.action not in (Action.WAIT, Action.NEW_CONNECTION)
            or response.reason == _NOT_BY_WAITING
        ):
            return None
        return backoff.seconds(rejections, chance, _FIRST_WAIT_SECONDS, _MOST_WAIT_SECONDS)


def pause_after_return(returns: int, chance: float) -> float:
    """The pause in seconds before a request that came back for the ``returns``-th time (from 1),
    without an answer, is sent again: none at first."""
    if returns <= _AT_ONCE:
        return 0.0
    return backoff.seconds(returns - _AT_ONCE, chance)
