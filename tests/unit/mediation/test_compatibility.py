"""Every difference between the versions: what MI 4 does, and what ESB 4.9 does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import astuple, fields
from typing import Any

import pytest

from apns_connector.errors import EndpointError, InvalidDeployment, MediationError
from apns_connector.mediation.compatibility import ESB_4_9, MI_4, VERSIONS, Compatibility
from apns_connector.mediation.routing.uri_pattern import UriPattern

Mediate = Callable[..., Any]
BOTH = pytest.mark.parametrize("compatibility", [MI_4, ESB_4_9], ids=["mi-4", "esb-4.9"])


def test_the_micro_integrator_is_the_measure_and_the_esb_differs_in_everything() -> None:
    assert VERSIONS == {"mi-4": MI_4, "esb-4.9": ESB_4_9}
    assert not any(astuple(MI_4))
    assert all(astuple(ESB_4_9))


def only(difference: str) -> Compatibility:
    """One difference and no other."""
    assert difference in {field.name for field in fields(Compatibility)}
    return Compatibility(**{difference: True})


# What follows <send>.

SEND = "<send><endpoint><address uri='http://b/'/></endpoint></send>"
PROXY = "<proxy name='P'><target>{}</target></proxy>"
OUT = "<outSequence><property name='seen' value='out'/><send/></outSequence>"


@pytest.fixture
def exchange(
    deploy: Callable[..., Any], new_message: Callable[..., Any], build: Any
) -> Callable[..., Any]:
    """The answer to a request to a proxy, the request, and the backend that was asked."""

    def run(target: str, compatibility: Compatibility, *answers: Any) -> tuple[Any, Any, Any]:
        configuration = deploy(PROXY.format(target), compatibility=compatibility)
        backend = build.backend(*(answers or [build.backend.soap("<answer/>")]))
        configuration.transport = backend
        message = new_message("<request/>", configuration=configuration, to="/services/P")
        done = asyncio.run(configuration.proxies["P"].receive(message))
        return done.response, message, backend

    return run


@BOTH
def test_what_follows_a_send_runs_in_the_esb(
    exchange: Callable[..., Any], compatibility: Compatibility
) -> None:
    after = "<property name='after' value='yes'/>"
    target = f"<inSequence>{SEND}{after}</inSequence>{OUT}"
    response, message, _ = exchange(target, compatibility)
    assert message.properties.get("after") == ("yes" if compatibility.send_goes_on else None)
    assert response.payload.tag == "answer"
    assert response.properties.get("seen") == "out"


def test_what_follows_does_not_wait_for_the_reply_and_sees_the_request(
    exchange: Callable[..., Any],
) -> None:
    after = "<property name='body' expression='local-name($body/*)'/><respond/>"
    response, message, _ = exchange(
        f"<inSequence>{SEND}{after}</inSequence>{OUT}", only("send_goes_on")
    )
    assert response is message
    assert response.properties.get("body") == "request"


def test_a_flow_may_send_more_than_once(exchange: Callable[..., Any]) -> None:
    _, _, backend = exchange(f"<inSequence>{SEND}{SEND}</inSequence>{OUT}", only("send_goes_on"))
    assert len(backend.requests) == 2


def test_what_follows_an_answer_does_not_change_it(exchange: Callable[..., Any]) -> None:
    target = "<inSequence><send/><property name='late' value='yes'/></inSequence>"
    response, message, _ = exchange(target, only("send_goes_on"))
    assert response.properties.get("late") is None
    assert message.properties.get("late") == "yes"


def test_a_send_that_fails_is_for_the_fault_sequence_while_the_flow_goes_on(
    exchange: Callable[..., Any],
) -> None:
    target = (
        f"<inSequence>{SEND}<property name='after' value='yes'/></inSequence>"
        "<faultSequence><property name='failed' expression='$ctx:ERROR_CODE'/><send/>"
        "</faultSequence>"
    )
    response, message, _ = exchange(target, only("send_goes_on"), EndpointError("no", 101503))
    assert response.properties.get("failed") == "101503"
    assert message.properties.get("after") == "yes"


# Parameters of templates and operations.


@pytest.mark.parametrize(
    ("argument", "in_mi", "in_esb"),
    [
        ("{//none/text()}", None, ""),
        ("{//a/text()}", "1", "12"),
        ("{count(//a)}", "2.0", "2.0"),
        ("{$ctx:none}", None, None),
        ("static", "static", "static"),
    ],
)
def test_a_parameter_is_text_in_the_esb(
    mediate: Mediate, argument: str, in_mi: str | None, in_esb: str | None
) -> None:
    def parameter(compatibility: Compatibility) -> Any:
        ran = mediate(
            f"<call-template target='T'><with-param name='p' value='{argument}'/></call-template>",
            definitions="<template name='T'><parameter name='p'/><sequence>"
            "<property name='found' expression='$func:p'/></sequence></template>",
            payload="<request><a>1</a><a>2</a></request>",
            compatibility=compatibility,
        )
        return ran.properties.get("found")

    assert parameter(MI_4) == in_mi
    assert parameter(only("text_parameters")) == in_esb


# Elements as text.


@pytest.mark.parametrize(
    ("expression", "in_mi", "in_esb"),
    [
        ("//a", "<a> 1 </a><a>2<b/></a>", " 1 2"),
        ("//a[1]", "1", " 1 "),
        ("//a/node()", " 1 2<b/>", " 1 2<b/>"),
        ("//b", "<b/>", "<b/>"),
        ("//none", "", ""),
        ("count(//a)", "2.0", "2.0"),
        ("string(//a)", " 1 ", " 1 "),
    ],
)
def test_elements_give_their_own_text_in_the_esb(
    mediate: Mediate, expression: str, in_mi: str, in_esb: str
) -> None:
    def text(compatibility: Compatibility) -> Any:
        ran = mediate(
            f"<property name='p' expression='{expression}'/>",
            payload="<request><a> 1 </a><a>2<b/></a></request>",
            compatibility=compatibility,
        )
        return ran.properties["p"]

    assert text(MI_4) == in_mi
    assert text(only("direct_text")) == in_esb


# get-property.


@pytest.mark.parametrize(
    ("name", "in_mi", "in_esb"),
    [
        ("gov:/greeting.txt", None, "Hello"),
        ("greeting.txt", None, "Hello"),
        ("E", "entry", "entry"),
        ("none", None, None),
    ],
)
def test_get_property_finds_registry_resources_in_the_esb(
    mediate: Mediate, name: str, in_mi: str | None, in_esb: str | None
) -> None:
    def value(compatibility: Compatibility) -> Any:
        ran = mediate(
            f"<property name='p' expression=\"get-property('{name}')\"/>",
            definitions="<localEntry key='E'>entry</localEntry>",
            files={"registry/governance/greeting.txt": "Hello"},
            compatibility=compatibility,
        )
        return ran.properties.get("p")

    assert value(MI_4) == in_mi
    assert value(only("registry_properties")) == in_esb


# The format of <payloadFactory>.

FORMAT = "<format>{}</format><args><arg value='one'/></args>"


def text_of_payload(mediate: Mediate, format_: str, compatibility: Compatibility) -> str:
    ran = mediate(
        f"<payloadFactory media-type='text'>{FORMAT.format(format_)}</payloadFactory>",
        properties={"name": "Ann", "apns.badge": 3},
        compatibility=compatibility,
    )
    text: str = ran.message.payload.text
    return text


@pytest.mark.parametrize(
    ("format_", "in_mi", "in_esb"),
    [
        ("$1 $ctx:name.", "one $ctx:name.", "one Ann."),
        ("$ctx:apns.badge!", "$ctx:apns.badge!", "3!"),
        ("${1 + 1}", "2", "${1 + 1}"),
        ("costs ${ or }", None, "costs ${ or }"),
    ],
)
def test_a_payload_format_has_properties_in_it_and_no_expressions_in_the_esb(
    mediate: Mediate, format_: str, in_mi: str | None, in_esb: str
) -> None:
    assert text_of_payload(mediate, format_, only("inline_properties")) == in_esb
    if in_mi is None:
        with pytest.raises(InvalidDeployment):
            text_of_payload(mediate, format_, MI_4)
    else:
        assert text_of_payload(mediate, format_, MI_4) == in_mi


def test_a_property_that_is_missing_in_a_payload_format_is_a_failure(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match=r"\$ctx:none, which is not set"):
        text_of_payload(mediate, "$ctx:none", only("inline_properties"))


def test_a_property_is_escaped_as_an_argument_is(mediate: Mediate) -> None:
    def message(medium: str, format_: str) -> Any:
        return mediate(
            f"<payloadFactory media-type='{medium}'><format>{format_}</format></payloadFactory>",
            properties={"text": '<">'},
            compatibility=only("inline_properties"),
        ).message

    in_xml = message("xml", "<a xmlns=''>$ctx:text &lt; ${x}</a>")
    assert in_xml.payload.text == '<"> < ${x}'
    assert message("json", '{"a": "$ctx:text"}').as_json() == {"a": '<">'}


def test_a_format_under_a_key_is_read_alike(mediate: Mediate) -> None:
    ran = mediate(
        "<payloadFactory media-type='text'><format key='F'/></payloadFactory>",
        definitions="<localEntry key='F'>$ctx:name ${x</localEntry>",
        properties={"name": "Ann"},
        compatibility=only("inline_properties"),
    )
    assert ran.message.payload.text == "Ann ${x"


# The code of <makefault>.

CODE = "<makefault><code xmlns:m='urn:mine' value='m:APNS_1'/><reason value='no'/></makefault>"


def test_a_fault_code_may_be_of_any_namespace_in_the_esb(mediate: Mediate) -> None:
    code = mediate(CODE, compatibility=only("any_fault_code")).message.payload.find("faultcode")
    prefix, _, name = code.text.partition(":")
    assert (code.nsmap[prefix], name) == ("urn:mine", "APNS_1")
    with pytest.raises(InvalidDeployment, match="it must be one of"):
        mediate(CODE)


def test_the_prefix_of_a_fault_code_has_to_be_declared_all_the_same(mediate: Mediate) -> None:
    with pytest.raises(InvalidDeployment, match="it must be one of"):
        mediate(CODE.replace("xmlns:m='urn:mine'", ""), compatibility=ESB_4_9)


# The uri-template of a resource.


def test_a_template_without_a_query_takes_no_query_in_the_esb(deploy: Callable[..., Any]) -> None:
    def found(compatibility: Compatibility, path: str) -> Any:
        api = "<api name='A' context='/a'><resource uri-template='/{x}'/></api>"
        resource = deploy(api, compatibility=compatibility).apis["A"].resources[0]
        return resource.variables(path)

    assert found(MI_4, "/1?y=2") == {"x": "1"}
    assert found(only("query_counts"), "/1?y=2") is None
    assert found(only("query_counts"), "/1") == {"x": "1"}


def test_a_template_with_a_query_is_the_same_everywhere() -> None:
    for query_counts in (False, True):
        pattern = UriPattern("/{x}?y={y}", query_counts=query_counts)
        assert pattern.match("/1?y=2") == {"x": "1", "y": "2"}
        assert pattern.match("/1") is None
