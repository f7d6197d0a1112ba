"""A request that the gateway does not take."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - an outcome, named as one
    """The answer to a request that never reaches a flow; it does not leave the gateway.

    ``status`` is an HTTP status from 400 on, ``problem`` a sentence for whoever sent the request,
    ``headers`` what that status asks for (405: Allow, 503: Retry-After). ``mismatch`` marks an
    envelope in another version than announced (SOAP: VersionMismatch).
    """

    def __init__(
        self,
        status: int,
        problem: str,
        headers: tuple[tuple[str, str], ...] = (),
        mismatch: bool = False,
    ) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.headers = headers
        self.mismatch = mismatch
