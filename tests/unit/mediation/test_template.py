"""Templates and the calls of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.library import Library

Mediate = Callable[..., Any]
MakeLibrary = Callable[..., Library]

SHOW = '<property name="{0}.shown" expression="$func:{0}"/>'
SHOW_P = SHOW.format("p")


@pytest.fixture
def apns(library: MakeLibrary, build: Any) -> Library:
    """``apns.init`` and ``apns.push``, which show their parameters as properties."""
    init = SHOW.format("destination") + SHOW.format("INIT_CONFIG_KEY")
    return library(
        {
            "init": build.template("init", "destination", init),
            "push": build.template("push", "alert", SHOW.format("alert")),
        }
    )


CONNECTION = (
    "<localEntry key='C'><apns.init><destination>sandbox</destination></apns.init></localEntry>"
)


def test_an_operation_runs_its_connection_first_and_then_its_template(
    mediate: Mediate, apns: Library
) -> None:
    ran = mediate(
        "<apns.push configKey='C'><alert>{$ctx:destination.shown}</alert></apns.push>",
        definitions=CONNECTION,
        libraries=[apns],
    )
    assert ran.result is True
    assert ran.properties["alert.shown"] == "sandbox"
    assert ran.properties["INIT_CONFIG_KEY.shown"] == "C"
    assert ran.message.functions == []


def test_a_connection_key_may_be_an_expression(mediate: Mediate, apns: Library) -> None:
    ran = mediate(
        "<apns.push configKey='{$ctx:key}'><alert>hi</alert></apns.push>",
        definitions=CONNECTION,
        libraries=[apns],
        properties={"key": "C"},
    )
    assert ran.properties["destination.shown"] == "sandbox"


@pytest.mark.parametrize("properties", [{}, {"key": "none"}])
def test_a_connection_that_cannot_be_found_fails_as_in_synapse(
    mediate: Mediate, apns: Library, properties: dict[str, str]
) -> None:
    with pytest.raises(MediationError, match=r"keyValue ='.*'} cannot be found"):
        mediate("<apns.push configKey='{$ctx:key}'/>", libraries=[apns], properties=properties)


def test_a_connection_that_ends_the_flow_ends_the_operation(
    mediate: Mediate, library: MakeLibrary, build: Any
) -> None:
    ending = library(
        {
            "init": build.template("init", "", "<drop/>"),
            "push": build.template("push", "", "<property name='pushed' value='1'/>"),
        }
    )
    ran = mediate(
        "<apns.push configKey='C'/>",
        definitions="<localEntry key='C'><apns.init/></localEntry>",
        libraries=[ending],
    )
    assert ran.result is False
    assert "pushed" not in ran.properties


def test_parameters_that_are_not_declared_are_never_evaluated(
    mediate: Mediate, apns: Library
) -> None:
    ran = mediate(
        "<apns.push><alert>hi</alert><other>{count(1)}</other></apns.push>", libraries=[apns]
    )
    assert ran.properties["alert.shown"] == "hi"


def test_the_namespace_of_a_parameter_does_not_matter(mediate: Mediate, apns: Library) -> None:
    ran = mediate("<apns.push><alert xmlns='urn:other'>hi</alert></apns.push>", libraries=[apns])
    assert ran.properties["alert.shown"] == "hi"


def test_a_missing_template_is_a_problem_of_the_deployment(mediate: Mediate) -> None:
    with pytest.raises(InvalidDeployment, match="template 'nowhere' cannot be found"):
        mediate("<call-template target='nowhere'/>")


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("static", "static"),
        ("{//x/text()}", "1"),
        ("{//x}", "1"),
        ("{count(//x)}", "2.0"),
        ("{//none/text()}", None),
        ("{$ctx:none}", None),
        ("", None),
        ("{{$ctx:given}}", "now"),
    ],
)
def test_what_a_parameter_is_given(mediate: Mediate, argument: str, shown: str | None) -> None:
    ran = mediate(
        f'<call-template target="t"><with-param name="p" value="{argument}"/></call-template>',
        definitions=f"<template name='t'><parameter name='p'/><sequence>{SHOW_P}</sequence>"
        "</template>",
        payload="<r><x>1</x><x>2</x></r>",
        properties={"given": "now"},
    )
    assert ran.properties.get("p.shown") == shown


def test_a_kept_expression_sees_what_the_template_did_before_reading_it(mediate: Mediate) -> None:
    ran = mediate(
        '<call-template target="t"><with-param name="p" value="{{$ctx:x}}"/></call-template>',
        definitions="<template name='t'><parameter name='p'/><sequence>"
        f"<property name='x' value='inside'/>{SHOW_P}</sequence></template>",
        properties={"x": "outside"},
    )
    assert ran.properties["p.shown"] == "inside"


def test_arguments_see_the_parameters_of_the_caller(mediate: Mediate) -> None:
    ran = mediate(
        '<call-template target="outer"><with-param name="p" value="from outer"/></call-template>',
        definitions="<template name='outer'><parameter name='p'/><sequence>"
        '<call-template target="inner"><with-param name="q" value="{$func:p}"/></call-template>'
        "</sequence></template><template name='inner'><parameter name='q'/><sequence>"
        f"{SHOW.format('q')}</sequence></template>",
    )
    assert ran.properties["q.shown"] == "from outer"


def test_a_mandatory_parameter_without_value_fails_with_its_own_code(mediate: Mediate) -> None:
    ran = mediate(
        "<sequence name='guarded' onError='handler'><call-template target='t'/></sequence>",
        definitions="<template name='t'><parameter name='p' isMandatory='true'/><sequence/>"
        "</template><sequence name='handler'/>",
        properties={"ERROR_CODE": "stale"},
    )
    assert ran.properties["ERROR_CODE"] == 500101
    assert ran.properties["ERROR_MESSAGE"] == (
        "Neither a value nor default value is provided for mandatory parameter: p in seq-template t"
    )


@pytest.mark.parametrize(("default", "shown"), [("fixed", "fixed"), ("{$ctx:x}", "from x")])
def test_a_default_stands_in_for_a_missing_value(
    mediate: Mediate, default: str, shown: str
) -> None:
    ran = mediate(
        "<call-template target='t'/>",
        definitions=f"<template name='t'><parameter name='p' isMandatory='true' "
        f"defaultValue='{default}'/><sequence>{SHOW_P}</sequence></template>",
        properties={"x": "from x"},
    )
    assert ran.properties["p.shown"] == shown


@pytest.mark.parametrize(
    ("caller", "callee"), [("onError='handler'", ""), ("", "onError='handler'")]
)
def test_on_error_works_on_both_sides_of_a_call(mediate: Mediate, caller: str, callee: str) -> None:
    ran = mediate(
        f"<call-template target='t' {caller}/>",
        definitions=f"<template name='t' {callee}><sequence><throwError errorMessage='no'/>"
        "</sequence></template><sequence name='handler'><property name='handled' value='1'/>"
        "</sequence>",
    )
    assert ran.properties["handled"] == "1"
    assert ran.result is False


def test_a_template_without_sequence_is_refused(mediate: Mediate) -> None:
    with pytest.raises(InvalidDeployment, match="template 't' has no <sequence>"):
        mediate("", definitions="<template name='t'/>")


def test_an_element_as_parameter_stays_an_element(mediate: Mediate) -> None:
    ran = mediate(
        '<call-template target="t"><with-param name="p" value="{//x}"/></call-template>',
        definitions=f"<template name='t'><parameter name='p'/><sequence>{SHOW_P}</sequence>"
        "</template>",
        payload="<r><x><y>deep</y></x></r>",
    )
    assert ran.properties["p.shown"] == "<x><y>deep</y></x>"


def test_flows_of_several_messages_do_not_mix(
    deploy: Callable[..., Any], new_message: Callable[..., Any]
) -> None:
    call = "<call-template target='t'><with-param name='p' value='{//n/text()}'/></call-template>"
    template = f"<template name='t'><parameter name='p'/><sequence>{SHOW_P}</sequence></template>"
    configuration = deploy(f"<sequence name='S'>{call}</sequence>{template}")
    messages = [new_message(f"<n>{n}</n>", configuration=configuration) for n in range(20)]

    async def all_at_once() -> None:
        sequence = configuration.sequence("S")
        await asyncio.gather(*(sequence.mediate(message) for message in messages))

    asyncio.run(all_at_once())
    shown = [message.properties.get("p.shown") for message in messages]
    assert shown == [str(n) for n in range(20)]
