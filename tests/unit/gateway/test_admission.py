import pytest

from apns_connector.gateway.admission import Admission
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused


def test_requests_beyond_the_limit_are_refused_until_one_has_ended():
    admission = Admission(Limits(requests=2, retry_after_seconds=7))
    with admission.admit():
        with admission.admit():
            with pytest.raises(Refused, match="busy with 2 requests: try again") as refused:
                admission.admit()
            assert refused.value.status == 503
            assert refused.value.headers == (("retry-after", "7"),)
        with admission.admit():
            assert admission.requests == 2
    assert admission.requests == 0


def test_bytes_beyond_the_limit_are_refused_and_given_back_at_the_end():
    admission = Admission(Limits(bodies_bytes=10))
    with admission.admit() as first, admission.admit() as second:
        first.reserve(6)
        second.reserve(4)
        with pytest.raises(Refused, match="busy with 10 bytes") as refused:
            first.reserve(1)
        assert refused.value.status == 503
    assert repr(admission) == "Admission(0 requests, 0 bytes)"


def test_a_failing_request_gives_everything_back():
    admission = Admission(Limits())

    def fail() -> None:
        with admission.admit() as ticket:
            ticket.reserve(3)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert repr(admission) == "Admission(0 requests, 0 bytes)"
