"""What is wrong with a request, as RFC 9457 says it: ``application/problem+json``."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from apns_connector.gateway.answer import Answer
from apns_connector.gateway.headers import Headers

MEDIA_TYPE = "application/problem+json"

_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
_encoder = msgspec.json.Encoder()


class FieldError(msgspec.Struct, frozen=True, omit_defaults=True):
    """``pointer``: a JSON Pointer (RFC 6901) to the member, as a URI fragment."""

    detail: str
    pointer: str | None = None
    parameter: Annotated[str | None, Meta(description="The query parameter.")] = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", kw_only=True):
    """``status`` and ``title`` are those of HTTP. ``detail`` is for whoever reads it; for programs
    there are the others: what Apple said, where it said something, and which fields are meant."""

    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    outcome: Literal["rejected", "notSent", "unknown"] | None = None
    reason: Annotated[str | None, Meta(description="Apple's word, verbatim.")] = None
    apns_id: str | None = None
    timestamp: Annotated[
        int | None, Meta(description="Since when the device token is gone, in milliseconds.")
    ] = None


def title_of(status: int) -> str:
    """As RFC 9110 has it; Python had other words for some until 3.13."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def problem(
    status: int, detail: str, errors: list[FieldError] | None = None, **members: object
) -> Problem:
    return Problem(
        title=title_of(status),
        status=status,
        detail=detail,
        errors=errors or [],
        **members,  # type: ignore[arg-type] # by name: those of Problem
    )


def problem_answer(problem: Problem, headers: Headers = ()) -> Answer:
    fields = (("content-type", MEDIA_TYPE), *headers)
    return Answer(problem.status, fields, _encoder.encode(problem))


class Refusal(Exception):  # noqa: N818 - an outcome, named as one
    """The answer to a request is this problem; it does not leave the package."""

    def __init__(self, problem: Problem, headers: Headers = ()) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers


def refusal(
    status: int, detail: str, errors: list[FieldError] | None = None, headers: Headers = ()
) -> Refusal:
    return Refusal(problem(status, detail, errors), headers)
