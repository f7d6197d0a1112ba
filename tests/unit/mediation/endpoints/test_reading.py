"""What an <endpoint> element may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment

Tried = Callable[..., Any]


@pytest.mark.parametrize(
    ("inside", "method", "url"),
    [
        ("<address uri='http://b/s'/>", "POST", "http://b/s"),
        ("<http uri-template='http://b/{uri.var.id}' method='put'/>", "PUT", "http://b/7"),
        ("<http uri-template='http://b/{uri.var.id}'/>", "POST", "http://b/7"),
        ("<http/>", "POST", "http://to/x"),
        ("<default/>", "POST", "http://to/x"),
        ("<description>d</description><address uri='http://b/'/>", "POST", "http://b/"),
    ],
)
def test_one_backend_may_be_told_in_several_ways(
    tried: Tried, inside: str, method: str, url: str
) -> None:
    endpoint = tried(inside)
    message = endpoint.new_message(to="http://to/x")
    message.properties.set("uri.var.id", "7")
    endpoint.send(message)
    (request,) = endpoint.backend.requests
    assert (request.method, request.url) == (method, url)
    assert endpoint.endpoint.name == "E"


def test_an_address_may_come_from_the_environment(tried: Tried) -> None:
    environment = {"BACKEND_URL": "http://b/env"}
    endpoint = tried("<address uri='$SYSTEM:BACKEND_URL'/>", environment=environment)
    endpoint.send()
    assert endpoint.backend.urls == ["http://b/env"]


@pytest.mark.parametrize(
    ("inside", "complaint"),
    [
        ("", "<endpoint> is none of address, default, failover, http"),
        ("<class name='x'/>", "<endpoint> is none of"),
        ("<address/>", "<address> needs the attribute 'uri'"),
        ("<address uri='jms:/queue'/>", "'jms:/queue' is no http or https address"),
        ("<http uri-template='/relative'/>", "'/relative' is no http or https address"),
        ("<http uri-template='http://b/{'/>", "the URI template 'http://b/{' has a single brace"),
        ("<http uri-template='http://b/' method='brew'/>", "method 'brew' is none of GET, POST"),
        ("<failover/>", "<failover> has no <endpoint> in it"),
        ("<loadbalance/>", "<loadbalance> has no <endpoint> in it"),
        ("<loadbalance policy='x'><endpoint key='F'/></loadbalance>", "only the algorithm"),
        ("<loadbalance algorithm='a.WeightedRoundRobin'/>", "only the algorithm RoundRobin"),
        ("<loadbalance><member hostName='h'/></loadbalance>", "'httpsPort'"),
        ("<loadbalance/><session type='http'/>", "<session> of a <loadbalance> is not supported"),
        ("<recipientlist/>", "<recipientlist> has no <endpoint> in it"),
        ("<recipientlist><endpoints value='x' max-cache='0'/></recipientlist>", "max-cache '0'"),
        ("<failover><endpoint key=''/></failover>", "<endpoint> has an empty key"),
        ("<failover><endpoint key='none'/></failover>", "endpoint 'none' is defined neither"),
        ("<failover><endpoint key-expression='//p:x'/></failover>", "prefix 'p'"),
    ],
)
def test_what_cannot_work_is_refused_with_file_and_line(
    tried: Tried, inside: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        tried(inside)
    (problem,) = invalid.value.problems
    assert problem.line == 2
    assert problem.file is not None
    assert problem.file.endswith("synapse.xml")


def test_an_endpoint_of_a_deployment_has_a_name(deploy: Any) -> None:
    with pytest.raises(InvalidDeployment, match="'name'"):
        deploy("<endpoint><default/></endpoint>")


def test_endpoints_share_their_names_with_sequences(deploy: Any) -> None:
    with pytest.raises(InvalidDeployment, match="Duplicate"):
        deploy("<endpoint name='N'><default/></endpoint><sequence name='N'/>")


def test_an_onerror_sequence_must_be_there(tried: Tried) -> None:
    with pytest.raises(InvalidDeployment, match="sequence 'none' is defined neither"):
        tried("<default/>", attributes="onError='none'")
