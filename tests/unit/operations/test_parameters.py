"""Parameters come from the template's call, or from apns.* properties, by the original rules."""

from __future__ import annotations

import pytest
from lxml import etree

from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.variables import Deferred
from apns_connector.mediation.properties import FunctionContext
from apns_connector.operations.failure import OperationError
from apns_connector.operations.parameters import INT, Parameters, properties

BY_HAND = properties("alert", "badge")


@pytest.fixture
def given(message):
    """``given(alert="Hi")``: the parameters of a call of the operation "test"."""

    def build(**parameters):
        built = message()
        built.functions.append(FunctionContext("test", parameters))
        return Parameters(built, "test", BY_HAND)

    return build


@pytest.fixture
def by_hand(message):
    """``by_hand(alert="Hi")``: the parameters of a call without template, as properties."""
    return lambda **values: Parameters(message(**values), "test", BY_HAND)


def refused(ask) -> str:
    with pytest.raises(OperationError) as caught:
        ask()
    assert caught.value.code == "APNS_000001"
    return str(caught.value)


def test_what_was_never_given_is_none(given, by_hand):
    assert given().text("alert") is None
    assert by_hand().text("alert") is None


def test_text_is_taken_as_it_is_white_space_included(given, by_hand):
    assert given(alert=" Hi ").text("alert") == " Hi "
    assert by_hand(alert=" Hi ").text("alert") == " Hi "


def test_what_the_template_was_called_with_goes_before_a_property(message):
    both = message(alert="by hand")
    both.functions.append(FunctionContext("test", {"alert": "given"}))
    assert Parameters(both, "test", BY_HAND).text("alert") == "given"


def test_the_parameters_of_another_template_are_not_those_of_the_operation(message):
    wrapped = message(alert="by hand")
    wrapped.functions.append(FunctionContext("notify", {"alert": "of notify", "title": "x"}))
    parameters = Parameters(wrapped, "test", BY_HAND)
    assert parameters.text("alert") == "by hand"
    assert parameters.text("title") is None


def test_only_what_the_original_connector_had_can_be_a_property(message):
    assert Parameters(message(title="by hand"), "test", BY_HAND).text("title") is None


def test_a_number_is_as_good_as_text(by_hand):
    assert by_hand(alert=3.0).text("alert") == "3.0"


@pytest.mark.parametrize("value", [etree.fromstring("<a/>"), True, [1]])
def test_a_property_that_is_anything_else_is_refused(by_hand, value):
    told = refused(lambda: by_hand(alert=value).text("alert"))
    assert told == "Property <apns.alert> is not a String."


def test_an_element_is_its_text_as_the_property_mediator_has_it(given):
    assert given(alert=etree.fromstring("<a> Hi </a>")).text("alert") == "Hi"


def test_a_deferred_expression_is_evaluated_when_it_is_asked_for(given):
    assert given(alert=Deferred(lambda message: "later")).text("alert") == "later"


def test_a_deferred_expression_that_fails_is_told_by_the_name_of_the_parameter(given):
    def fail(message):
        raise MediationError("no such secret")

    told = refused(lambda: given(alert=Deferred(fail)).text("alert"))
    assert told == "Property <apns.alert> cannot be evaluated: no such secret"


def test_whether_any_of_several_was_given_is_known_at_once(given):
    assert given(alert="Hi").none_of(frozenset({"title"}))
    assert not given(alert="Hi", title="").none_of(frozenset({"title", "subtitle"}))


def test_a_required_parameter_that_is_absent_is_a_failure(given):
    told = refused(lambda: given().required("destination"))
    assert told == "Mandatory property apns.destination is missing."


def test_an_empty_required_parameter_is_handed_on_to_its_own_check(given):
    assert given(destination="").required("destination") == ""


def test_a_needed_parameter_must_hold_something(given):
    told = refused(lambda: given(keyId="").needed("keyId"))
    assert told == "Mandatory property apns.keyId is missing."
    assert given(keyId="x").needed("keyId") == "x"


@pytest.mark.parametrize(("value", "expected"), [(None, None), ("", None), ("x", "x")])
def test_an_optional_parameter_is_absent_when_nothing_was_found(given, by_hand, value, expected):
    assert given(alert=value).optional("alert") == expected
    assert by_hand(alert=value).optional("alert") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None), ("", None), ("  ", None), ("5", 5), (" 5 ", 5), ("+5", 5), ("-1", -1),
        ("007", 7), ("3.0", 3), (3.0, 3), (7, 7), ("2147483647", 2147483647),
    ],
)  # fmt: skip
def test_a_whole_number_is_understood(by_hand, value, expected):
    assert by_hand(badge=value).whole_number("badge", INT) == expected


@pytest.mark.parametrize("value", ["x", "1.5", "2147483648", "1 2", "٣", "1e3", "0x1", "9" * 5000])
def test_what_is_no_whole_number_of_32_bits_is_refused(by_hand, value):
    told = refused(lambda: by_hand(badge=value).whole_number("badge", INT))
    assert told == f"Property <apns.badge> is not an integer: '{value[:40]}'"


def test_a_time_may_lie_beyond_the_year_2038(given):
    assert given(expiration="4102444800").whole_number("expiration") == 4_102_444_800


@pytest.mark.parametrize(("value", "expected"), [(None, None), (" ", None), ("0.5", 0.5), ("1", 1)])
def test_a_number_is_understood(given, value, expected):
    assert given(relevanceScore=value).number("relevanceScore") == expected


@pytest.mark.parametrize("value", ["nan", "inf", "1e3", "1,5", "0x1"])
def test_what_is_no_number_is_refused(given, value):
    told = refused(lambda: given(relevanceScore=value).number("relevanceScore"))
    assert told == f"Property <apns.relevanceScore> is not a number: '{value}'"


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", None), ("true", True), (" FALSE ", False)]
)
def test_a_truth_value_is_understood(given, value, expected):
    assert given(clear=value).boolean("clear") is expected


def test_what_is_neither_true_nor_false_is_refused(given):
    told = refused(lambda: given(clear="yes").boolean("clear"))
    assert told == "Property <apns.clear> is neither true nor false: 'yes'"


def test_a_choice_is_one_of_its_words(given):
    assert given(event=" end ").choice("event", ("update", "end")) == "end"
    assert given().choice("event", ("update", "end")) is None
    told = refused(lambda: given(event="End").choice("event", ("update", "end")))
    assert told == "Property <apns.event> is 'End'; it must be update or end"


def test_a_json_object_is_read(given):
    assert given(custom='{"a": [1, 2.5, null]}').json_object("custom") == {"a": [1, 2.5, None]}
    assert given(custom=" ").json_object("custom") is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{", "Property <apns.custom> is no JSON: Input data was truncated"),
        ("[1]", "Property <apns.custom> is JSON, but no object"),
        ('{"a":' * 100_000, "Property <apns.custom> is no JSON: "),
    ],
)
def test_what_is_no_json_object_is_refused_without_showing_it(given, value, told):
    assert refused(lambda: given(custom=value).json_object("custom")).startswith(told)


def test_an_element_stands_for_the_object_of_its_children(given):
    element = etree.fromstring("<s xmlns='urn:x'><home>1</home><away>0.5</away></s>")
    assert given(contentState=element).json_object("contentState") == {"home": 1, "away": 0.5}


def test_json_that_was_made_xml_is_that_json_again(given):
    element = etree.fromstring("<jsonObject><home>1</home></jsonObject>")
    assert given(contentState=element).json_object("contentState") == {"home": 1}


def test_an_element_may_hold_json_as_text(given):
    element = etree.fromstring('<s>{"home": 1}</s>')
    assert given(contentState=element).json_object("contentState") == {"home": 1}


def test_an_element_without_json_form_is_refused(given):
    element = etree.fromstring("<s>text <b>and</b> elements</s>")
    told = refused(lambda: given(contentState=element).json_object("contentState"))
    assert told.startswith("Property <apns.contentState>: <s> has text beside elements")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None), ("", None), ("Ann", ["Ann"]), (" Ann , Bob", ["Ann", "Bob"]),
        ('["a, b", 3, true]', ["a, b", "3", "true"]), ("[]", []),
    ],
)  # fmt: skip
def test_texts_are_a_json_array_or_separated_by_commas(given, value, expected):
    assert given(locArgs=value).texts("locArgs") == expected


@pytest.mark.parametrize("value", ['["a"', '[["a"]]', '[{"a": 1}]'])
def test_an_array_of_anything_but_texts_is_refused(given, value):
    assert refused(lambda: given(locArgs=value).texts("locArgs")).startswith(
        "Property <apns.locArgs> "
    )
