"""Where a re-implementation of Synapse goes wrong most easily: one test for each trap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.json_value import ExactFloat
from apns_connector.mediation.library import Library
from apns_connector.mediation.soap import SoapVersion

Mediate = Callable[..., Any]
MakeLibrary = Callable[..., Library]

SHOW = "<property name='shown' expression='$func:p'/>"
CALL = "<call-template target='t'><with-param name='p' value=\"{0}\"/></call-template>"


def template(body: str) -> str:
    return f"<template name='t'><parameter name='p'/><sequence>{body}</sequence></template>"


def test_trap_1_setting_null_keeps_the_value_of_an_earlier_dispatch(mediate: Mediate) -> None:
    ran = mediate(CALL.format("first") + "<call-template target='t'/>", definitions=template(SHOW))
    assert ran.properties["shown"] == "first"


def test_trap_2_nothing_found_is_empty_for_nodes_and_null_for_properties(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='nodes' expression='//none'/>"
        "<property name='text' expression='//none/text()'/>"
        "<property name='ctx' expression='$ctx:none'/>"
        "<property name='get' expression=\"get-property('none')\"/>"
    )
    assert ran.properties == {"nodes": "", "text": ""}


def test_trap_2_nothing_found_in_json_is_empty_as_well(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='json' expression='json-eval($.none)'/>"
        "<property name='synapse' expression='${payload.none}'/>",
        json={"a": 1},
        properties={"json": "old", "synapse": "old"},
    )
    assert ran.properties == {"json": "", "synapse": ""}


def test_trap_3_a_path_that_leads_nowhere_in_json_is_the_empty_text_as_parameter(
    mediate: Mediate,
) -> None:
    for expression in ("{json-eval($.none)}", "{${vars.none}}"):
        ran = mediate(CALL.format(expression), definitions=template(SHOW), json={"a": 1})
        assert ran.properties["shown"] == ""


def test_trap_3_a_missing_node_as_parameter_is_absent(mediate: Mediate) -> None:
    ran = mediate(CALL.format("{//none/text()}"), definitions=template(SHOW))
    assert "shown" not in ran.properties


@pytest.mark.parametrize("text", ["\n{$ctx:x}", "{$ctx:x} ", " {$ctx:x} "])
def test_trap_4_whitespace_around_the_braces_makes_static_text(
    mediate: Mediate, library: MakeLibrary, build: Any, text: str
) -> None:
    ran = mediate(
        f"<apns.push><p>{text}</p></apns.push>",
        libraries=[library({"push": build.template("push", "p", SHOW)})],
        properties={"x": "1"},
    )
    assert ran.properties["shown"] == text


def test_trap_5_an_empty_parameter_element_is_an_absent_parameter(
    mediate: Mediate, library: MakeLibrary, build: Any
) -> None:
    ran = mediate(
        "<apns.push><p/></apns.push>",
        libraries=[library({"push": build.template("push", "p", SHOW)})],
    )
    assert "shown" not in ran.properties


def test_trap_6_init_runs_completely_before_arguments_are_evaluated(
    mediate: Mediate, library: MakeLibrary, build: Any
) -> None:
    apns = library(
        {
            "init": build.template("init", "", "<property name='set.by.init' value='1'/>"),
            "push": build.template("push", "p", SHOW),
        }
    )
    ran = mediate(
        "<apns.push configKey='C'><p>{$ctx:set.by.init}</p></apns.push>",
        definitions="<localEntry key='C'><apns.init/></localEntry>",
        libraries=[apns],
    )
    assert ran.properties["shown"] == "1"


@pytest.mark.parametrize("ending", ["<drop/>", "<throwError errorMessage='no'/>"])
def test_trap_7_parameters_stay_in_force_when_a_template_does_not_end(
    mediate: Mediate, ending: str
) -> None:
    ran = mediate(
        f"<sequence name='guarded' onError='handler'>{CALL.format('leaked')}</sequence>",
        definitions=template(ending) + f"<sequence name='handler'>{SHOW}</sequence>",
    )
    assert [context.get("p") for context in ran.message.functions] == ["leaked"]
    assert ran.properties.get("shown") == ("leaked" if "throw" in ending else None)


def test_trap_8_an_import_claims_by_prefix_and_the_template_is_looked_for_later(
    mediate: Mediate, library: MakeLibrary, build: Any
) -> None:
    with pytest.raises(InvalidDeployment, match=r"template '.*\.apnsx\.send' cannot be found"):
        mediate("<apnsx.send/>", libraries=[library({"push": build.template("push", "", "")})])


def test_trap_9_names_inside_the_files_count_and_those_of_files_and_folders_do_not(
    mediate: Mediate, library: MakeLibrary, build: Any
) -> None:
    apns = library({"file": build.template("push", "p", SHOW)}, component="c", folder="anything")
    ran = mediate("<apns.push><p>1</p></apns.push>", libraries=[apns])
    assert ran.properties["shown"] == "1"


def test_trap_10_an_element_is_its_direct_text_and_xml_when_that_is_blank(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='x' expression='//x'/><property name='y' expression='//y'/>",
        payload="<r><x>a<b>c</b></x><y><b>c</b></y></r>",
    )
    assert ran.properties == {"x": "a", "y": "<y><b>c</b></y>"}


def test_trap_11_numbers_print_with_a_point(mediate: Mediate) -> None:
    ran = mediate("<property name='n' expression='count(//x)'/>", payload="<r><x/><x/><x/></r>")
    assert ran.properties["n"] == "3.0"


def test_trap_11_numbers_of_json_print_as_they_are_written(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='n' expression='json-eval($.n)'/>"
        "<property name='f' expression='${payload.f}'/>",
        json={"n": 3, "f": ExactFloat("1.50")},
    )
    assert ran.properties == {"n": "3", "f": "1.50"}


@pytest.mark.parametrize("operator", ["=", "!="])
def test_trap_12_a_missing_property_equals_nothing_and_differs_from_nothing(
    mediate: Mediate, operator: str
) -> None:
    ran = mediate(
        f"<filter xpath=\"$ctx:none {operator} 'x'\"><then><property name='held' value='1'/></then>"
        "</filter>"
    )
    assert "held" not in ran.properties


def test_trap_13_a_false_ends_the_flow_of_all_lists_around_it(mediate: Mediate) -> None:
    ran = mediate(
        "<filter xpath='true()'><then><sequence key='inner'/></then></filter>"
        "<property name='after' value='1'/>",
        definitions="<sequence name='inner'><drop/></sequence>",
    )
    assert ran.result is False
    assert "after" not in ran.properties


def test_trap_14_send_ends_the_flow(mediate: Mediate) -> None:
    ran = mediate("<send/><property name='after' value='1'/>")
    assert ran.result is False
    assert "after" not in ran.properties


def test_trap_15_a_flow_that_just_ends_gives_no_answer(mediate: Mediate) -> None:
    assert mediate("<property name='x' value='1'/>").response is None
    assert mediate("<drop/>").response is None


def test_trap_16_a_stale_error_code_hides_a_new_failure(mediate: Mediate) -> None:
    ran = mediate(
        "<sequence name='guarded' onError='handler'><sequence key='{$ctx:none}'/></sequence>",
        definitions="<sequence name='handler'/>",
        properties={"ERROR_CODE": "stale", "ERROR_MESSAGE": "of an earlier one"},
    )
    assert ran.properties["ERROR_CODE"] == "stale"
    assert ran.properties["ERROR_MESSAGE"] == "of an earlier one"
    assert "ERROR_DETAIL" not in ran.properties


def test_trap_17_the_code_of_a_fault_is_a_name_in_soaps_namespace(mediate: Mediate) -> None:
    ran = mediate(
        "<makefault><code expression=\"'APNS_000001'\"/><reason value='why'/></makefault>"
    )
    code = ran.message.payload.find("faultcode")
    prefix, _, name = code.text.partition(":")
    assert name == "APNS_000001"
    assert code.nsmap[prefix] == SoapVersion.SOAP11.namespace


def test_trap_18_else_needs_then_and_patterns_match_the_whole_text(mediate: Mediate) -> None:
    with pytest.raises(InvalidDeployment, match="<else> without <then>"):
        mediate("<filter xpath='1'><drop/><else/></filter>")
    ran = mediate(
        "<filter source=\"'abc'\" regex='b'><then><property name='filter' value='1'/></then>"
        "</filter><switch source=\"'abc'\"><case regex='b'><property name='switch' value='1'/>"
        "</case></switch>"
    )
    assert ran.properties == {}


def test_a_function_variable_outside_a_template_fails_unlike_a_missing_property(
    mediate: Mediate,
) -> None:
    with pytest.raises(MediationError, match="no template is running"):
        mediate("<property name='x' expression='$func:p'/>")


def test_flows_of_several_messages_do_not_mix(
    deploy: Callable[..., Any], new_message: Callable[..., Any]
) -> None:
    configuration = deploy(
        f"<sequence name='S'>{CALL.format('{//n/text()}')}</sequence>" + template(SHOW)
    )
    messages = [new_message(f"<n>{n}</n>", configuration=configuration) for n in range(20)]

    async def all_at_once() -> None:
        sequence = configuration.sequence("S")
        await asyncio.gather(*(sequence.mediate(message) for message in messages))

    asyncio.run(all_at_once())
    shown = [message.properties.get("shown") for message in messages]
    assert shown == [str(n) for n in range(20)]


# The same traps, met by mediators that split, write and check messages.


def test_trap_1_a_script_that_sets_null_keeps_the_value(mediate: Mediate) -> None:
    ran = mediate("<script language='js'>mc.setProperty('p', null)</script>", properties={"p": "1"})
    assert ran.properties["p"] == "1"


def test_trap_2_nothing_found_is_an_empty_argument_of_a_payload(mediate: Mediate) -> None:
    ran = mediate(
        "<payloadFactory><format><p xmlns=''>[$1][$2]</p></format><args><arg expression='//none'/>"
        "<arg expression='$ctx:none'/></args></payloadFactory>"
    )
    assert ran.message.payload.text == "[][]"


def test_trap_10_an_element_as_argument_is_its_direct_text_or_xml(mediate: Mediate) -> None:
    ran = mediate(
        "<payloadFactory media-type='text'><format>$1 $2</format><args><arg expression='//x'/>"
        "<arg expression='//y'/></args></payloadFactory>",
        payload="<r><x>a<b>c</b></x><y><b>c</b></y></r>",
    )
    assert ran.message.text == "a <y><b>c</b></y>"


def test_trap_11_numbers_print_with_a_point_in_a_payload(mediate: Mediate) -> None:
    ran = mediate(
        "<payloadFactory media-type='json'><format>[$1, \"$2\"]</format><args>"
        "<arg expression='count(//x)'/><arg expression='string(count(//x))'/></args>"
        "</payloadFactory>",
        payload="<r><x/><x/></r>",
    )
    assert ran.message.json == [2.0, "2"]


@pytest.mark.parametrize(
    "ending",
    [
        "<validate><schema key='X'/><on-fail><drop/></on-fail></validate>",
        "<script language='js'>false</script>",
        "<iterate expression='//none'><target sequence='S'/></iterate>",
        "<clone><target sequence='S'/></clone>",
    ],
)
def test_trap_13_a_mediator_that_says_no_ends_the_flow_around_it(
    mediate: Mediate, ending: str
) -> None:
    schema = "<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema'/>"
    ran = mediate(
        f"<filter xpath='true()'><then>{ending}</then></filter><property name='after' value='1'/>",
        definitions=f"<localEntry key='X'>{schema}</localEntry><sequence name='S'/>",
    )
    assert ran.result is False
    assert "after" not in ran.properties


def test_trap_15_a_flow_that_ends_behind_a_store_is_answered_like_any_other(
    mediate: Mediate, deploy: Callable[..., Any], new_message: Callable[..., Any]
) -> None:
    class Shelf:
        async def put(self, message: Any) -> None:
            self.kept = message

    configuration = deploy("<sequence name='S'><store messageStore='{$ctx:store}'/></sequence>")
    configuration.stores = {"shelf": Shelf()}
    message = new_message(configuration=configuration)
    message.properties.set("store", "shelf")
    assert asyncio.run(configuration.sequence("S").mediate(message)) is True
    assert message.exchange.take_response() is None  # the gateway makes a 202 of that


def test_trap_16_a_copy_inherits_an_error_code_that_hides_its_own_failure(
    mediate: Mediate,
) -> None:
    ran = mediate(
        "<clone sequential='true'><target><sequence><throwError type='T' errorMessage='said'/>"
        "</sequence></target><target><sequence><sequence key='{$ctx:none}'/></sequence></target>"
        "</clone>",
        definitions="<sequence name='fault'><property name='code' scope='operation' "
        "expression=\"concat(get-property('operation', 'code'), $ctx:ERROR_CODE, ';')\"/>"
        "</sequence>",
        properties={"ERROR_CODE": "stale"},
    )
    assert ran.message.properties.get("code", "operation") == "T;stale;"
