"""A local Apple: takes notifications as APNs does, answers as APNs does, and fails on demand.

Built on the h2 library and on rules written from Apple's documentation, so that it is independent
of the client in :mod:`apns_connector.apns` and of use to the users of any other client.
"""

from apns_connector.simulator.authority import Authority, Identity
from apns_connector.simulator.behaviour import (
    Answer,
    Behaviour,
    Close,
    Goaway,
    Reset,
    Silence,
    Slow,
    rejection,
)
from apns_connector.simulator.credentials import DemoCredentials, demo_credentials
from apns_connector.simulator.faults import Fault
from apns_connector.simulator.options import SimulatorOptions
from apns_connector.simulator.received import ReceivedNotification
from apns_connector.simulator.rules import Request
from apns_connector.simulator.server import Simulator
from apns_connector.simulator.special_tokens import SPECIAL_TOKENS, token_for

__all__ = [
    "SPECIAL_TOKENS",
    "Answer",
    "Authority",
    "Behaviour",
    "Close",
    "DemoCredentials",
    "Fault",
    "Goaway",
    "Identity",
    "ReceivedNotification",
    "Request",
    "Reset",
    "Silence",
    "Simulator",
    "SimulatorOptions",
    "Slow",
    "demo_credentials",
    "rejection",
    "token_for",
]
