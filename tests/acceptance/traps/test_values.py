"""What is null, what is empty, and how results are text: rules 1, 2, 10, 11, 12."""

from __future__ import annotations

import pytest

from apns_connector.errors import MediationError
from tests.acceptance.traps.deployments import SHOW, connector, template

CALL = "<call-template target='t'><with-param name='p' value=\"{}\"/></call-template>"
NULL = ["$ctx:none", "get-property('none')", "$trp:none", "$axis2:none", "$operation:none"]


# 1: null.


@pytest.mark.parametrize("expression", NULL)
@pytest.mark.parametrize("scope", ["default", "axis2", "transport", "operation"])
def test_01_a_property_that_is_set_to_null_keeps_its_value(run, expression, scope):
    ran = run(
        f"<property name='x' value='old' scope='{scope}'/>"
        f'<property name=\'x\' expression="{expression}" scope="{scope}"/>'
    )
    assert ran.message.properties.get("x", scope) == "old"


def test_01_a_parameter_that_is_left_out_keeps_what_an_earlier_dispatch_set(run):
    alert = "<property name='shown' expression=\"concat($ctx:shown, '[', $ctx:notes.alert, ']')\"/>"
    send = f"<property name='notes.alert' expression='$func:alert'/>{alert}"
    ran = run(
        "<notes.send><alert>first</alert></notes.send><notes.send/>"
        "<notes.send><alert>third</alert></notes.send>",
        files=connector({"send.xml": template("send", send, "alert")}),
    )
    assert ran.shown == "[first][first][third]"


def test_01_only_remove_forgets_a_value(run):
    ran = run("<property name='x' action='remove'/>", properties={"x": "old"})
    assert "x" not in ran.properties


def test_01_a_script_that_sets_null_keeps_the_value(run):
    ran = run("<script language='js'>mc.setProperty('x', null)</script>", properties={"x": "old"})
    assert ran.properties["x"] == "old"


def test_01_a_variable_that_is_set_to_null_keeps_its_value(run):
    ran = run("<variable name='v' value='old'/><variable name='v' expression='$ctx:none'/>")
    assert ran.message.variables["v"] == "old"


# 2: nothing found.


@pytest.mark.parametrize(
    "expression",
    ["//none", "//none/text()", "//none/@a", "$url:none", "get-property('system', 'NONE')",
     "json-eval($.none)", "${payload.none}"],
)  # fmt: skip
def test_02_what_is_not_found_is_the_empty_text(run, expression):
    ran = run(
        f'<property name="x" expression="{expression}"/>',
        body='{"a": 1}',
        content_type="application/json",
        properties={"x": "old"},
    )
    assert ran.properties["x"] == ""


@pytest.mark.parametrize("expression", [*NULL, "$func:p", "get-property('func', 'p')"])
def test_02_a_property_that_is_not_found_is_null(run, expression):
    ran = run(
        "<call-template target='t'/>",
        template("t", f'<property name="x" expression="{expression}"/>'),
        properties={"x": "old"},
    )
    assert ran.properties["x"] == "old"


def test_02_a_parameter_outside_of_every_template_is_a_failure_and_not_null(run):
    with pytest.raises(MediationError, match="no template is running"):
        run("<property name='x' expression='$func:p'/>")


def test_02_both_are_empty_as_arguments_of_a_payload(run):
    ran = run(
        "<payloadFactory><format><p xmlns=''>[$1][$2]</p></format><args><arg expression='//none'/>"
        "<arg expression='$ctx:none'/></args></payloadFactory>"
    )
    assert ran.message.payload.text == "[][]"


# 10: elements as text.

ELEMENTS = [
    ("<x>a<b>c</b>d</x>", "ad"),
    ("<x><b>c</b></x>", "<x><b>c</b></x>"),
    ("<x> \u00a0 <b>c</b></x>", "<x> \u00a0 <b>c</b></x>"),
    ("<x/>", "<x/>"),
]


@pytest.mark.parametrize(("element", "text"), ELEMENTS)
def test_10_an_element_is_its_direct_text_or_its_xml_when_that_is_blank(run, element, text):
    ran = run("<property name='shown' expression='//x'/>", body=f"<r>{element}</r>")
    assert ran.shown == text


def test_10_the_text_of_an_element_that_is_empty_is_empty(run):
    assert run("<property name='shown' expression='//x/text()'/>", body="<r><x/></r>").shown == ""


@pytest.mark.parametrize(("element", "text"), ELEMENTS)
def test_10_an_element_is_matched_and_filled_in_by_the_same_text(run, element, text):
    ran = run(
        "<switch source='//x'><case regex='ad'><property name='shown' value='direct'/></case>"
        "<case regex='(?s)&lt;x.*'><property name='shown' value='xml'/></case></switch>"
        "<payloadFactory media-type='text'><format>$1</format><args><arg expression='//x'/></args>"
        "</payloadFactory>",
        body=f"<r>{element}</r>",
    )
    assert ran.shown == ("direct" if text == "ad" else "xml")
    assert ran.message.text == text


# 11: numbers.


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("count(//x)", "3.0"),
        ("1 div 4", "0.25"),
        ("10000000000", "1.0E10"),
        ("1 div 0", "Infinity"),
        ("number('x')", "NaN"),
        ("string(count(//x))", "3"),
        ("concat(count(//x), '')", "3"),
    ],
)
def test_11_numbers_print_with_a_point_unless_xpath_makes_text_of_them(run, expression, text):
    ran = run(f'<property name="shown" expression="{expression}"/>', body="<r><x/><x/><x/></r>")
    assert ran.shown == text


def test_11_numbers_print_with_a_point_in_a_payload(run):
    ran = run(
        "<payloadFactory media-type='text'><format>$1</format><args><arg expression='count(//x)'/>"
        "</args></payloadFactory>",
        body="<r><x/></r>",
    )
    assert ran.message.text == "1.0"


def test_11_an_integer_is_what_is_before_the_point(run):
    ran = run("<property name='shown' expression='count(//x)' type='INTEGER'/>", body="<x/>")
    assert (ran.shown, type(ran.shown)) == (1, int)


@pytest.mark.parametrize("expression", ["json-eval($.n)", "${payload.n}"])
@pytest.mark.parametrize("number", ["3", "1.50"])
def test_11_numbers_of_json_print_as_they_are_written(run, expression, number):
    ran = run(
        f'<property name="shown" expression="{expression}"/>',
        body=f'{{"n": {number}}}',
        content_type="application/json",
    )
    assert ran.shown == number


# 12: comparisons with null.


@pytest.mark.parametrize("operand", NULL)
@pytest.mark.parametrize("operator", ["=", "!="])
@pytest.mark.parametrize("other", ["'x'", "''", "1", "//request", "$ctx:none", "true()", "false()"])
def test_12_what_is_not_set_is_neither_equal_to_anything_nor_different(
    run, operand, operator, other
):
    for condition in (f"{operand} {operator} {other}", f"{other} {operator} {operand}"):
        ran = run(f'<filter xpath="{condition}">{HELD}</filter>')
        assert ran.shown is None, condition


HELD = "<property name='shown' value='held'/>"


@pytest.mark.parametrize(
    "condition",
    ["not($ctx:none)", "not($ctx:none = 'x')", "not(boolean(get-property('none')))",
     "string-length($ctx:none) = 0", "concat($ctx:none, 'x') = 'x'"],
)  # fmt: skip
def test_12_what_is_not_set_is_false_and_empty_to_functions(run, condition):
    assert run(f'<filter xpath="{condition}">{HELD}</filter>').shown == "held"


@pytest.mark.parametrize(
    ("condition", "held"),
    [("$ctx:f = false()", True), ("$ctx:f != true()", True), ("$ctx:f = true()", False)],
)
def test_12_what_is_set_to_false_is_equal_to_false(run, condition, held):
    set_ = "<property name='f' value='false' type='BOOLEAN'/>"
    ran = run(f'{set_}<filter xpath="{condition}">{HELD}</filter>')
    assert (ran.shown == "held") is held


def test_12_a_parameter_that_is_absent_compares_with_nothing(run):
    body = f"<filter xpath=\"$func:p != 'x'\">{HELD}</filter>"
    assert run("<call-template target='t'/>", template("t", body)).shown is None
    assert run(CALL.format("y"), template("t", body + SHOW)).shown == "y"
