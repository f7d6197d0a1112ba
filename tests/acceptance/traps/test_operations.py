"""Connectors, their operations and the parameters of these: rules 3 to 9."""

from __future__ import annotations

import pytest

from apns_connector.errors import InvalidDeployment
from tests.acceptance.traps.deployments import SHOW, SYNAPSE, connector, template

SEND = connector({"send.xml": template("send", SHOW)})


def call(value: str, target: str = "t") -> str:
    return (
        f"<call-template target='{target}'><with-param name='p' value=\"{value}\"/></call-template>"
    )


# 3: nothing found, given as parameter.


def test_03_a_node_that_is_not_found_is_an_absent_parameter(run):
    for path in ("//none", "//none/text()", "//none/@a"):
        ran = run(f"<notes.send><p>{{{path}}}</p></notes.send>", files=SEND)
        assert ran.shown is None, path


@pytest.mark.parametrize("value", ["{$ctx:none}", "{get-property('none')}"])
def test_03_a_property_that_is_not_set_is_an_absent_parameter(run, value):
    assert run(f"<notes.send><p>{value}</p></notes.send>", files=SEND).shown is None


@pytest.mark.parametrize("value", ["{json-eval($.none)}", "{${payload.none}}", "{${vars.none}}"])
def test_03_what_json_does_not_have_is_the_empty_text_as_parameter(run, value):
    ran = run(
        f"<notes.send><p>{value}</p></notes.send>",
        files=SEND,
        body='{"a": 1}',
        content_type="application/json",
    )
    assert ran.shown == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("{//x/text()}", "one"),
        ("{//x}", "one"),
        ("{//y}", "<y><z>3</z></y>"),
        ("{count(//x)}", "2.0"),
    ],
)
def test_03_of_several_nodes_the_first_is_the_parameter(run, value, shown):
    ran = run(
        f"<notes.send><p>{value}</p></notes.send>",
        files=SEND,
        body="<r><x>one</x><x>two</x><y><z>3</z></y></r>",
    )
    assert ran.shown == shown


# 4: braces.

STATIC = ["\n  {$ctx:x}\n", "{$ctx:x} ", " {$ctx:x}", " {$ctx:x} ", "a{$ctx:x}", " a ", " ", "{"]


@pytest.mark.parametrize("text", STATIC)
def test_04_text_around_the_braces_makes_static_text_that_is_not_trimmed(run, text):
    ran = run(f"<notes.send><p>{text}</p></notes.send>", files=SEND, properties={"x": "1"})
    assert ran.shown == text


@pytest.mark.parametrize("text", [text for text in STATIC if "\n" not in text])
def test_04_the_same_holds_for_the_parameters_of_a_call(run, text):
    ran = run(call(text), template("t", SHOW), properties={"x": "1"})
    assert ran.shown == text


@pytest.mark.parametrize("value", ["{$ctx:x}", "{{$ctx:x}}", " {{$ctx:x}}\n"])
def test_04_braces_alone_make_an_expression_and_double_ones_may_have_space_around(run, value):
    ran = run(f"<notes.send><p>{value}</p></notes.send>", files=SEND, properties={"x": "1"})
    assert ran.shown == "1"


@pytest.mark.parametrize(("value", "shown"), [("{$ctx:x}", "before"), ("{{$ctx:x}}", "after")])
def test_04_an_expression_in_double_braces_is_evaluated_when_it_is_read(run, value, shown):
    body = "<property name='x' value='after'/>" + SHOW
    ran = run(call(value), template("t", body), properties={"x": "before"})
    assert ran.shown == shown


# 5: empty parameters.


EMPTY = ["<p/>", "<p></p>", "<p><![CDATA[]]></p>", "<p><!-- none --></p>", ""]


@pytest.mark.parametrize("element", EMPTY)
def test_05_an_empty_element_is_an_absent_parameter(run, element):
    ran = run(f"<notes.send>{element}</notes.send>", files=SEND, properties={"shown": "old"})
    assert ran.shown == "old"


def test_05_the_empty_value_of_a_call_is_an_absent_parameter(run):
    assert run(call(""), template("t", SHOW), properties={"shown": "old"}).shown == "old"


def test_05_a_default_stands_in_for_an_empty_element(run):
    default = template("send", SHOW).replace("name='p'", "name='p' defaultValue='standard'")
    files = connector({"send.xml": default})
    assert run("<notes.send><p/></notes.send>", files=files).shown == "standard"


# 6: init, and whose parameters arguments see.


def connected(init: str, send: str = SHOW) -> dict[str, str | bytes]:
    return connector({"i.xml": template("init", init), "s.xml": template("send", send)})


CONNECTION = "<localEntry key='C'><notes.init><p>of the connection</p></notes.init></localEntry>"


def test_06_init_has_ended_before_the_arguments_are_evaluated(run):
    set_ = "<property name='set.by.init' expression='$func:p'/>"
    ran = run(
        "<notes.send configKey='C'><p>{$ctx:set.by.init}</p></notes.send>",
        CONNECTION,
        connected(set_),
    )
    assert ran.shown == "of the connection"


def test_06_arguments_see_the_parameters_of_the_caller(run):
    outer = template("outer", "<notes.send configKey='C'><p>{$func:p}</p></notes.send>")
    ran = run(call("of the caller", "outer"), CONNECTION + outer, connected(SHOW))
    assert ran.shown == "of the caller"


def test_06_an_operation_does_not_begin_when_its_init_says_no(run):
    ran = run("<notes.send configKey='C'><p>1</p></notes.send>", CONNECTION, connected("<drop/>"))
    assert not ran.went_on
    assert ran.shown is None


# 7: parameters that stay.


def test_07_parameters_stay_in_force_when_their_template_fails(run):
    failing = template("t", "<throwError errorMessage='no'/>")
    ran = run(
        f"<sequence name='guarded' onError='handler'>{call('leaked')}</sequence>",
        f"{failing}<sequence name='handler'>{SHOW}</sequence>",
    )
    assert ran.shown == "leaked"


@pytest.mark.parametrize("ending", ["<drop/>", "<respond/>", "<send/>"])
def test_07_parameters_stay_in_force_when_their_template_ends_the_flow(run, ending):
    ran = run(call("leaked"), template("t", ending))
    assert [context.get("p") for context in ran.message.functions] == ["leaked"]


def test_07_parameters_end_with_a_template_that_runs_to_its_end(run):
    outer = template("outer", call("inner") + SHOW)
    ran = run(call("outer", "outer"), outer + template("t", "<log/>"))
    assert ran.shown == "outer"
    assert ran.message.functions == []


# 8: what an import claims.

UNKNOWN_TEMPLATE = r"org\.example\.notesx\.send"


@pytest.mark.parametrize("status", ["enabled", "disabled"])
def test_08_an_import_claims_every_name_that_begins_with_its_own(run, status):
    # WSO2 finds out when the flow gets there; a deployment that names such a template is not read.
    files = connector({"send.xml": template("send", SHOW)}, status=status)
    with pytest.raises(InvalidDeployment, match=f"template '{UNKNOWN_TEMPLATE}' cannot be found"):
        run("<notesx.send/>", files=files)


def test_08_without_an_import_such_a_name_is_no_mediator_at_all(run):
    with pytest.raises(InvalidDeployment, match="Unknown mediator"):
        run("<notesx.send/>")


def test_08_a_template_that_is_not_there_fails_the_flow_that_calls_it(run):
    """The sequence comes from the registry, under a key that only the message knows."""
    sequence = f"<sequence xmlns='{SYNAPSE}' name='late'><notesx.send/></sequence>"
    ran = run(
        "<sequence name='guarded' onError='handler'><sequence key='{$ctx:key}'/></sequence>",
        "<sequence name='handler'><property name='shown' expression='$ctx:ERROR_MESSAGE'/>"
        "</sequence>",
        {**SEND, "registry/governance/late.xml": sequence},
        properties={"key": "gov:late.xml"},
    )
    assert ran.shown == "Sequence template org.example.notesx.send cannot be found"


# 9: names of a connector.


def test_09_names_inside_of_the_files_count_and_those_of_files_and_folders_do_not(run):
    files = connector({"deep.file": template("send", SHOW)}, folder="any-folder")
    assert run("<notes.send><p>1</p></notes.send>", files=files).shown == "1"


def test_09_the_name_of_a_file_calls_no_template(run):
    files = connector({"push.xml": template("send", SHOW)})
    with pytest.raises(InvalidDeployment, match=r"template 'org\.example\.notes\.push'"):
        run("<notes.push/>", files=files)


def test_09_the_name_of_a_folder_is_no_dependency(run):
    files = connector({"send.xml": template("send", SHOW)}, folder="f", dependency="f")
    with pytest.raises(InvalidDeployment, match=r"resolving Dependencies .* no component\.xml has"):
        run("<notes.send/>", files=files)


def test_09_a_template_is_called_by_package_library_and_its_own_name(run):
    ran = run(call("1", "org.example.notes.send"), files=SEND)
    assert ran.shown == "1"
