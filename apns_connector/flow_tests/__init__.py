"""Unit tests of flows: the XML in which the Micro Integrator writes them, run in this process.

A file names one artifact, what it needs, the services to stand in for its backends, and cases. Its
pushes go to the simulator.
"""

from apns_connector.flow_tests.apple import Apple
from apns_connector.flow_tests.discovery import find_suites
from apns_connector.flow_tests.junit import write_junit
from apns_connector.flow_tests.results import CaseResult, Failure, Status, SuiteResult
from apns_connector.flow_tests.running import run_file

__all__ = [
    "Apple",
    "CaseResult",
    "Failure",
    "Status",
    "SuiteResult",
    "find_suites",
    "run_file",
    "write_junit",
]
