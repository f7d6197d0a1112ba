"""An endpoint that leads to one backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import EndpointError, MediationError, TransportError
from apns_connector.mediation.endpoints.endpoint import FaultAnswered
from apns_connector.mediation.endpoints.suspension import State

Tried = Callable[..., Any]
REFUSED = TransportError("no connection", 101503)
TOO_SLOW = TransportError("no answer", 101504)


def address(inside: str = "") -> str:
    return f"<address uri='http://b/s'>{inside}</address>"


def test_a_message_is_exchanged_for_a_reply_and_stays_as_it_is(tried: Tried) -> None:
    endpoint = tried(address())
    message = endpoint.new_message("<mine/>")
    (sent,) = endpoint.send(message)
    assert sent.message is message
    assert message.payload.tag == "mine"
    assert sent.reply.payload.tag == "answer"


def test_a_failure_suspends_the_endpoint_and_a_success_later_activates_it(
    tried: Tried, build: Any
) -> None:
    endpoint = tried(address(), REFUSED, build.backend.soap())
    with pytest.raises(TransportError):
        endpoint.send()
    assert endpoint.endpoint.condition.state is State.SUSPENDED
    assert not endpoint.ready
    with pytest.raises(EndpointError, match="Endpoint 'E' is suspended") as refused:
        endpoint.send()
    assert refused.value.code == 303001
    assert len(endpoint.backend.requests) == 1
    endpoint.clock.now += 30
    assert endpoint.ready
    endpoint.send()
    assert endpoint.endpoint.condition.state is State.ACTIVE


def test_failures_are_told_on_the_message(tried: Tried) -> None:
    endpoint = tried(address(), REFUSED)
    for code in (101503, 303001):
        message = endpoint.new_message()
        message.properties.set("ERROR_CODE", "APNS_000001")
        with pytest.raises(EndpointError):
            endpoint.send(message)
        assert message.properties.get("ERROR_CODE") == code


def test_retries_are_used_up_before_a_slow_endpoint_is_suspended(tried: Tried) -> None:
    retries = "<retriesBeforeSuspension>1</retriesBeforeSuspension><retryDelay>2000</retryDelay>"
    endpoint = tried(address(f"<markForSuspension>{retries}</markForSuspension>"), TOO_SLOW)
    for state, pause in ((State.TIMEOUT, 2), (State.SUSPENDED, 30)):
        with pytest.raises(TransportError):
            endpoint.send()
        assert endpoint.endpoint.condition.state is state
        assert not endpoint.ready
        endpoint.clock.now += pause
        assert endpoint.ready


def test_what_takes_too_long_may_be_discarded_without_any_fault(tried: Tried) -> None:
    discards = "<timeout><duration>10</duration><responseAction>discard</responseAction></timeout>"
    endpoint = tried(address(discards), TOO_SLOW, REFUSED)
    assert endpoint.send() == []
    assert endpoint.endpoint.condition.state is State.SUSPENDED
    endpoint.clock.now += 30
    with pytest.raises(TransportError, match="no connection"):
        endpoint.send()


def test_an_operator_switches_an_endpoint_off_and_on(tried: Tried) -> None:
    endpoint = tried(address())
    endpoint.endpoint.switch(on=False)
    with pytest.raises(EndpointError, match="is off"):
        endpoint.send()
    endpoint.endpoint.switch(on=True)
    assert len(endpoint.send()) == 1


def test_properties_are_set_on_each_message_before_it_goes(tried: Tried) -> None:
    endpoint = tried(
        "<address uri='http://b/${path}'/><property name='path' expression='//p'/>"
        "<property name='X-Key' value='k' scope='transport'/>"
    )
    endpoint.send(endpoint.new_message("<r><p>7</p></r>"))
    assert endpoint.backend.urls == ["http://b/7"]
    assert ("X-Key", "k") in endpoint.backend.requests[0].headers


def test_the_timeout_goes_with_the_request(tried: Tried) -> None:
    fixed = tried(address("<timeout><duration>2500</duration></timeout>"))
    fixed.send()
    assert fixed.backend.requests[0].timeout == 2.5
    told = tried(address("<timeout><duration>{$ctx:ms}</duration></timeout>"))
    message = told.new_message()
    message.properties.set("ms", "40")
    told.send(message)
    assert told.backend.requests[0].timeout == 0.04
    with pytest.raises(MediationError, match="'' is not a number of milliseconds"):
        told.send()


def test_a_soap_fault_is_a_failure_where_the_flow_says_so(tried: Tried, build: Any) -> None:
    endpoint = tried(address(), build.backend.fault())
    (sent,) = endpoint.send()
    assert sent.reply.is_fault
    message = endpoint.new_message()
    message.properties.set("FORCE_ERROR_ON_SOAP_FAULT", "true")
    with pytest.raises(FaultAnswered) as failed:
        endpoint.send(message)
    assert failed.value.code == message.properties.get("ERROR_CODE") == 500000
    assert failed.value.reply.is_fault
    assert endpoint.endpoint.condition.state is State.SUSPENDED


def test_the_onerror_sequence_sees_the_fault_that_counts_as_a_failure(
    tried: Tried, build: Any
) -> None:
    endpoint = tried(
        address(),
        build.backend.fault(),
        attributes="onError='wrong'",
        definitions="<sequence name='wrong'>"
        "<property name='seen' expression='local-name($body/*)'/></sequence>",
    )
    message = endpoint.new_message()
    message.properties.set("FORCE_ERROR_ON_SOAP_FAULT", "true")
    assert endpoint.send(message) == []
    assert message.properties.get("seen") == "Fault"


def test_a_message_without_an_address_says_nothing_about_the_backend(tried: Tried) -> None:
    endpoint = tried("<default/>")
    with pytest.raises(MediationError, match="no To") as failed:
        endpoint.send()
    assert not isinstance(failed.value, EndpointError)
    assert endpoint.ready


def test_a_reply_that_cannot_be_read_is_a_failure_of_the_backend(tried: Tried, build: Any) -> None:
    endpoint = tried(address(), build.backend.reply("<a>", "application/xml"))
    with pytest.raises(TransportError, match="answer of http://b cannot be read") as failed:
        endpoint.send()
    assert failed.value.code == 101510
    assert not endpoint.ready


def test_without_a_transport_nothing_is_sent(tried: Tried, deploy: Any) -> None:
    endpoint = tried(address())
    message = endpoint.new_message()
    message.configuration.transport = deploy().transport
    with pytest.raises(TransportError, match="nothing carries requests"):
        endpoint.send(message)


def test_it_shows_its_state(tried: Tried) -> None:
    assert repr(tried(address()).endpoint) == "Leaf('E', active)"
