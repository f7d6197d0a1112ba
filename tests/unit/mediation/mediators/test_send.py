"""<send/>"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.mediators.send import is_address_of

Mediate = Callable[..., Any]


def test_a_response_goes_back_to_the_caller_and_the_flow_ends(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='RESPONSE' value='true'/><send/>", values={"to": "http://elsewhere/"}
    )
    assert ran.response is ran.message
    assert ran.result is False


@pytest.mark.parametrize(
    "to",
    [
        None,
        "/services/P",
        "http://host:8280/services/P",
        "https://host/services/P/dispatch?x=1",
        "/services/P.PHttpSoap11Endpoint",
    ],
)
def test_a_request_still_addressed_to_its_service_goes_back_to_the_caller(
    deploy: Callable[..., Any], new_message: Callable[..., Any], to: str | None
) -> None:
    configuration = deploy(
        "<proxy name='P'><target><inSequence><send/></inSequence></target></proxy>"
    )
    message = new_message(configuration=configuration, to=to)
    exchange = asyncio.run(configuration.proxies["P"].receive(message))
    assert exchange.response is message


@pytest.mark.parametrize("address", ["/services/Q", "/services/PQ", "/P", "urn:x", "/services/"])
def test_other_addresses_are_not_those_of_the_service(address: str) -> None:
    assert not is_address_of("P", address)


def test_a_request_to_somebody_else_cannot_be_sent_yet(
    mediate: Mediate,
) -> None:
    with pytest.raises(MediationError, match="'http://elsewhere/': sending to other services"):
        mediate("<header name='To' value='http://elsewhere/'/><send/>")


@pytest.mark.parametrize(
    "content", ["<send><endpoint key='E'/></send>", "<send receive='tested'/>"]
)
def test_endpoints_are_reported_as_not_supported(mediate: Mediate, content: str) -> None:
    with pytest.raises(InvalidDeployment, match="not supported yet"):
        mediate(content)
