"""Problems as RFC 9457 writes them."""

import json

import pytest

from apns_connector.rest.problem import FieldError, problem, problem_answer, refusal, title_of


def test_a_problem_is_written_without_what_it_has_not():
    answer = problem_answer(problem(404, "not here"), (("x-a", "b"),))
    assert answer.status == 404
    assert answer.headers == (("content-type", "application/problem+json"), ("x-a", "b"))
    assert json.loads(answer.body) == {"title": "Not Found", "status": 404, "detail": "not here"}


def test_fields_and_what_apple_said_are_members():
    told = problem(
        410, "gone", [FieldError("no", "#/a")], outcome="rejected", reason="Unregistered",
        apns_id="i", timestamp=5,
    )  # fmt: skip
    assert json.loads(problem_answer(told).body) == {
        "title": "Gone",
        "status": 410,
        "detail": "gone",
        "errors": [{"detail": "no", "pointer": "#/a"}],
        "outcome": "rejected",
        "reason": "Unregistered",
        "apnsId": "i",
        "timestamp": 5,
    }


@pytest.mark.parametrize(
    ("status", "title"),
    [(413, "Content Too Large"), (422, "Unprocessable Content"), (503, "Service Unavailable")],
)
def test_titles_are_those_of_http(status, title):
    assert title_of(status) == title


def test_a_refusal_carries_its_problem_and_headers():
    refused = refusal(405, "only POST", None, (("allow", "POST"),))
    assert (refused.problem.status, refused.headers) == (405, (("allow", "POST"),))
    assert str(refused) == "only POST"
