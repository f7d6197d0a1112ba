"""Endpoint templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import (
    ConfigurationError,
    EndpointError,
    InvalidDeployment,
    TransportError,
)

Tried = Callable[..., Any]


def template(endpoint: str, parameters: str = "uri ms") -> str:
    declared = "".join(f"<parameter name='{name}'/>" for name in parameters.split())
    return f"<template name='T'>{declared}<endpoint name='$name'>{endpoint}</endpoint></template>"


ADDRESS = "<address uri='$uri'><timeout><duration>$ms</duration></timeout></address>"


def test_values_fill_the_places_of_a_template(tried: Tried) -> None:
    endpoint = tried(
        "<parameter name='ms' value='1500'/>",
        attributes="template='T' uri='http://b/s'",
        definitions=template(ADDRESS),
    )
    endpoint.send()
    (request,) = endpoint.backend.requests
    assert (request.url, request.timeout) == ("http://b/s", 1.5)
    assert endpoint.endpoint.name == "E"


def test_what_the_template_does_not_declare_stays_as_it_is_written(tried: Tried) -> None:
    endpoint = tried(
        "<parameter name='other' value='x'/>",
        attributes="template='T'",
        definitions=template("<http uri-template='http://b/{uri.var.v}'/><property name='uri.var.v'"
                             " value='$other'/>", "uri"),
    )  # fmt: skip
    endpoint.send()
    assert endpoint.backend.urls == ["http://b/%24other"]


def test_each_endpoint_of_a_template_has_a_state_of_its_own(tried: Tried) -> None:
    endpoint = tried(
        "<failover>"
        "<endpoint template='T' uri='http://a/'/><endpoint template='T' uri='http://b/'/>"
        "</failover>",
        TransportError("no connection", 101503),
        definitions=template("<address uri='$uri'/>", "uri"),
    )
    with pytest.raises(TransportError):
        endpoint.send()
    assert endpoint.backend.urls == ["http://a/", "http://b/"]
    with pytest.raises(EndpointError, match="no endpoint that is ready"):
        endpoint.send()


def test_values_that_make_no_endpoint_are_reported_with_the_place_in_the_template(
    tried: Tried,
) -> None:
    endpoint = tried(
        "",
        attributes="template='T' uri='jms:/q'",
        definitions=template("<address uri='$uri'/>", "uri"),
    )
    with pytest.raises(ConfigurationError, match=r"synapse\.xml:\d+: .*jms:/q"):
        endpoint.send()


@pytest.mark.parametrize(
    ("inside", "attributes", "definitions", "complaint"),
    [
        ("", "template='none'", "", "endpoint template 'none' is defined neither"),
        ("", "template='T'", "<template name='T'><sequence/></template>", "endpoint template 'T'"),
        ("<parameter name='x'/>", "template='T'", template(ADDRESS), "needs the attribute 'value'"),
        ("<parameter value='x'/>", "template='T'", template(ADDRESS), "needs the attribute 'name'"),
        ("", "template='T'", "<template name='T'><parameter/><endpoint/></template>", "'name'"),
    ],
)
def test_a_template_that_cannot_be_used_is_reported_when_it_is_read(
    tried: Tried, inside: str, attributes: str, definitions: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        tried(inside, attributes=attributes, definitions=definitions)


def test_a_sequence_cannot_call_an_endpoint_template(deploy: Any) -> None:
    with pytest.raises(InvalidDeployment, match="template 'T' cannot be found"):
        deploy(f"{template(ADDRESS)}<sequence name='s'><call-template target='T'/></sequence>")


def test_a_template_may_lie_in_the_registry(tried: Tried) -> None:
    content = template("<address uri='$uri'/>").replace(
        "<template", "<template xmlns='http://ws.apache.org/ns/synapse'"
    )
    endpoint = tried(
        "",
        attributes="template='gov:t.xml' uri='http://b/r'",
        files={"registry/governance/t.xml": content},
    )
    endpoint.send()
    assert endpoint.backend.urls == ["http://b/r"]
