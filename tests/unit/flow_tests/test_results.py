from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.results import CaseResult, Failure, Status, SuiteResult

FAILURE = Failure("assertEquals", "$body", "a", "b", "", 3)


def test_a_case_without_failure_and_problem_has_passed():
    assert CaseResult("a", 1).status is Status.PASSED
    assert CaseResult("a", 1, failures=(FAILURE,)).status is Status.FAILED
    assert CaseResult("a", 1, failures=(FAILURE,), problem="x").status is Status.ERROR


def test_a_file_with_problems_counts_as_one_error():
    result = SuiteResult("a.xml", problems=(ConfigurationError("x"), ConfigurationError("y")))
    assert result.count(Status.ERROR) == 1
    assert result.count(Status.PASSED) == 0
    assert not result.passed


def test_a_file_passes_when_all_of_its_cases_do():
    good, bad = CaseResult("a", 1), CaseResult("b", 2, failures=(FAILURE,))
    assert SuiteResult("a.xml", cases=(good, good)).passed
    assert not SuiteResult("a.xml", cases=(good, bad)).passed
