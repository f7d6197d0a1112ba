"""Proxy services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.exchange import Exchange
from apns_connector.mediation.message import Message
from apns_connector.mediation.proxy import is_address_of
from apns_connector.mediation.xml import WSDL11

Deploy = Callable[..., Configuration]
NewMessage = Callable[..., Message]


@pytest.fixture
def call(deploy: Deploy, new_message: NewMessage) -> Callable[..., tuple[Message, Exchange]]:
    """Sends a message through a proxy whose target is given as XML."""

    def send(target: str, definitions: str = "", **values: Any) -> tuple[Message, Exchange]:
        configuration = deploy(f"<proxy name='P'>{target}</proxy>{definitions}")
        message = new_message(configuration=configuration, **values)
        return message, asyncio.run(configuration.proxies["P"].receive(message))

    return send


def test_a_request_runs_through_the_in_sequence(call: Callable[..., Any]) -> None:
    message, exchange = call("<target><inSequence><respond/></inSequence></target>")
    assert exchange.response is message
    assert message.response


def test_sequences_may_be_given_by_key(call: Callable[..., Any]) -> None:
    message, _ = call(
        "<target inSequence='in' faultSequence='wrong'/>",
        "<sequence name='in'><throwError type='T' errorMessage='no'/></sequence>"
        "<sequence name='wrong'><property name='handled' value='1'/></sequence>",
    )
    assert message.properties.get("handled") == "1"


def test_a_flow_that_answers_nothing_leaves_no_response(call: Callable[..., Any]) -> None:
    _, exchange = call("<target><inSequence><property name='x' value='1'/></inSequence></target>")
    assert exchange.response is None


def test_a_failure_goes_to_the_fault_sequence(call: Callable[..., Any]) -> None:
    message, exchange = call(
        "<target><inSequence><throwError type='T' errorMessage='no'/></inSequence>"
        "<faultSequence><makefault><code expression=\"get-property('ERROR_CODE')\"/>"
        "<reason expression=\"get-property('ERROR_MESSAGE')\"/></makefault><send/></faultSequence>"
        "</target>"
    )
    assert exchange.response is message
    assert message.is_fault


def test_without_a_fault_sequence_the_one_called_fault_runs(call: Callable[..., Any]) -> None:
    message, exchange = call(
        "<target><inSequence><throwError errorMessage='no'/></inSequence></target>",
        "<sequence name='fault'><property name='handled' value='1'/></sequence>",
    )
    assert message.properties.get("handled") == "1"
    assert exchange.response is None


def test_when_the_fault_sequence_fails_too_nobody_is_left(call: Callable[..., Any]) -> None:
    with pytest.raises(MediationError, match=r"fault sequence failed: .*'none'|cannot be found"):
        call(
            "<target><inSequence><throwError errorMessage='no'/></inSequence>"
            "<faultSequence><sequence key='{$ctx:ERROR_CODE}'/></faultSequence></target>"
        )


BACKEND = "<endpoint><address uri='http://b/s'/></endpoint>"


@pytest.fixture
def forward(
    deploy: Deploy, new_message: NewMessage, build: Any
) -> Callable[..., tuple[Any, Exchange]]:
    """The backend and the exchange after a request to a proxy with that target."""

    def run(target: str, definitions: str = "") -> tuple[Any, Exchange]:
        backend = build.backend(build.backend.soap("<answer/>"))
        configuration = deploy(f"<proxy name='P'>{target}</proxy>{definitions}")
        configuration.transport = backend
        message = new_message(configuration=configuration)
        return backend, asyncio.run(configuration.proxies["P"].receive(message))

    return run


@pytest.mark.parametrize(
    ("target", "definitions"),
    [
        (f"<target>{BACKEND}</target>", ""),
        (f"<target><inSequence/>{BACKEND}</target>", ""),
        ("<target endpoint='E'/>", BACKEND.replace("<endpoint>", "<endpoint name='E'>")),
        ("<target endpoint='E'/>", f"<localEntry key='E'>{BACKEND}</localEntry>"),
    ],
)
def test_a_request_goes_on_to_the_endpoint_and_its_reply_to_the_client(
    forward: Callable[..., Any], target: str, definitions: str
) -> None:
    backend, exchange = forward(target, definitions)
    assert backend.urls == ["http://b/s"]
    assert exchange.response.payload.tag == "answer"


def test_the_reply_of_the_endpoint_runs_through_the_out_sequence(
    forward: Callable[..., Any],
) -> None:
    _, exchange = forward(
        f"<target><outSequence><property name='out' value='1'/><send/></outSequence>{BACKEND}"
        "</target>"
    )
    assert exchange.response.properties.get("out") == "1"


def test_an_in_sequence_that_stops_keeps_the_request_from_the_endpoint(
    forward: Callable[..., Any],
) -> None:
    backend, exchange = forward(f"<target><inSequence><drop/></inSequence>{BACKEND}</target>")
    assert backend.requests == []
    assert exchange.response is None


def test_the_mandatory_sequence_runs_first_and_may_end_the_request(
    call: Callable[..., Any],
) -> None:
    message, _ = call(
        "<target><inSequence><property name='in' value='1'/></inSequence></target>",
        "<sequence name='pre-mediate'><property name='before' value='1'/><drop/></sequence>",
    )
    assert message.properties.get("before") == "1"
    assert message.properties.get("in") is None


def test_the_message_knows_the_service_that_received_it(call: Callable[..., Any]) -> None:
    message, _ = call("<target><inSequence/></target>")
    assert message.service.name == "P"


@pytest.mark.parametrize("address", ["/services/Q", "/services/PQ", "/P", "urn:x", "/services/"])
def test_other_addresses_are_not_those_of_the_service(address: str) -> None:
    assert not is_address_of("P", address)


def test_attributes_and_parameters_are_read(deploy: Deploy) -> None:
    proxy = deploy(
        "<proxy name='P' transports='http, https' startOnLoad='false'>"
        "<target><inSequence/></target><parameter name='p'>text</parameter>"
        "<parameter name='x'><inline/></parameter></proxy>"
    ).proxies["P"]
    assert proxy.transports == ("http", "https")
    assert proxy.active is False
    assert proxy.parameters["p"] == "text"
    assert proxy.parameters["x"].tag.endswith("inline")  # type: ignore[union-attr]


def test_all_transports_and_none_mean_the_same(deploy: Deploy) -> None:
    proxies = deploy(
        "<proxy name='P' transports='all'><target><inSequence/></target></proxy>"
        "<proxy name='Q'><target><inSequence/></target></proxy>"
    ).proxies
    assert proxies["P"].transports == proxies["Q"].transports == ()
    assert proxies["P"].active
    assert proxies["P"].wsdl is None


WSDL = f"<wsdl:definitions xmlns:wsdl='{WSDL11}' name='W'/>"


@pytest.mark.parametrize(
    "publish",
    [
        f"<publishWSDL>{WSDL}</publishWSDL>",
        "<publishWSDL key='W'/>",
        "<publishWSDL key='gov:/w.wsdl'/>",
        "<publishWSDL uri='file:wsdl/w.wsdl'/>",
    ],
)
def test_a_wsdl_is_found_wherever_it_is_written(deploy: Deploy, publish: str) -> None:
    configuration = deploy(
        f"<localEntry key='W'>{WSDL}</localEntry>"
        f"<proxy name='P'><target><inSequence/></target>{publish}</proxy>",
        {"registry/governance/w.wsdl": WSDL, "wsdl/w.wsdl": WSDL},
    )
    wsdl = configuration.proxies["P"].wsdl
    assert wsdl is not None
    assert wsdl.get("name") == "W"


@pytest.mark.parametrize(
    ("publish", "complaint"),
    [
        ("<publishWSDL key='none'/>", "no XML under the key 'none'"),
        ("<publishWSDL uri='file:none.wsdl'/>", "cannot be read"),
        ("<publishWSDL uri='file:../outside.wsdl'/>", "not inside the deployment"),
        ("<publishWSDL uri='http://example.com/w.wsdl'/>", "not inside the deployment"),
        ("<publishWSDL uri='/etc/passwd'/>", "not inside the deployment"),
        ("<publishWSDL/>", "needs a key, a uri, or an inline WSDL"),
        ("<publishWSDL endpoint='E'/>", "not supported yet"),
    ],
)
def test_a_wsdl_that_cannot_be_had_is_a_problem(
    deploy: Deploy, publish: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        deploy(f"<proxy name='P'><target><inSequence/></target>{publish}</proxy>")
    assert [problem.line for problem in invalid.value.problems] == [2]


def test_in_safe_mode_a_proxy_goes_without_its_wsdl(deploy: Deploy) -> None:
    configuration = deploy(
        "<proxy name='P'><target><inSequence/></target><publishWSDL key='none'/>"
        "<parameter name='enablePublishWSDLSafeMode'>true</parameter></proxy>"
    )
    assert configuration.proxies["P"].wsdl is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "has no <target>"),
        ("<target/>", "neither inSequence nor endpoint"),
        ("<target endpoint='E'/>", "endpoint 'E' is defined neither here"),
        ("<target><inSequence/><endpoint/></target>", "<endpoint> is none of"),
        ("<target inSequence='none'/>", "sequence 'none'"),
        ("<target faultSequence='none'><inSequence/></target>", "sequence 'none'"),
        ("<target><inSequence/></target><enableSec/>", "<enableSec> of a proxy"),
        ("<target><inSequence/></target><policy key='K'/>", "<policy> of a proxy"),
    ],
)
def test_a_proxy_that_cannot_work_is_refused(deploy: Deploy, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        deploy(f"<proxy name='P'>{content}</proxy>")


def test_a_proxy_without_name_is_refused(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="'name'"):
        deploy("<proxy><target><inSequence/></target></proxy>")
