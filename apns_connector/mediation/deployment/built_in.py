"""The sequences that exist in every deployment unless it defines its own: ``main``, ``fault``."""

from __future__ import annotations

from apns_connector.mediation.expression import compile_expression
from apns_connector.mediation.expressions.value import Static
from apns_connector.mediation.mediator import Sequence, Step
from apns_connector.mediation.mediators.drop import Drop
from apns_connector.mediation.mediators.log import Log

_FAULT_PROPERTIES = (
    ("MESSAGE", Static("Executing default 'fault' sequence")),
    ("ERROR_CODE", compile_expression("get-property('ERROR_CODE')", {})),
    ("ERROR_MESSAGE", compile_expression("get-property('ERROR_MESSAGE')", {})),
)


def built_in_sequences() -> dict[str, Sequence]:
    """Log and drop: the caller gets 202 without a body (SynapseConfigUtils)."""
    drop = Step(Drop(), "<drop> (built in)")
    return {
        "main": Sequence([Step(Log(), "<log> (built in)"), drop], name="main"),
        "fault": Sequence(
            [Step(Log("full", properties=_FAULT_PROPERTIES), "<log> (built in)"), drop],
            name="fault",
        ),
    }
