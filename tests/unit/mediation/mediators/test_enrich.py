"""``<enrich>``: the matrix of sources and targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml

Mediate = Callable[..., Any]


def enrich(source: str, target: str, inline: str = "") -> str:
    return f"<enrich><source {source}>{inline}</source><target {target}/></enrich>"


def payload(ran: Any) -> str:
    return xml.text_of(ran.message.payload)


@pytest.mark.parametrize(
    ("source", "target", "result"),
    [
        ("xpath='//a'", "xpath='//c'", "<r><a>1</a><a>1</a></r>"),
        ("clone='false' xpath='//a'", "xpath='//c'", "<r><a>1</a></r>"),
        ("xpath='//a'", "xpath='//c' action='child'", '<r><a>1</a><c b="2"><a>1</a></c></r>'),
        ("xpath='//a'", "xpath='//c' action='sibling'", '<r><a>1</a><c b="2"/><a>1</a></r>'),
        ("xpath='//a/text()'", "xpath='//c/@b'", '<r><a>1</a><c b="1"/></r>'),
        ("xpath='//c/@b'", "xpath='//a/text()'", '<r><a>2</a><c b="2"/></r>'),
        ("xpath='//a'", "type='body'", "<a>1</a>"),
        ("type='body'", "xpath='//c'", '<r><a>1</a><r><a>1</a><c b="2"/></r></r>'),
        ("type='property' property='p'", "xpath='//a'", '<r><a>text</a><c b="2"/></r>'),
        ("type='inline' key='K'", "type='body'", "<k/>"),
        ("type='inline' key='T'", "xpath='//a'", '<r><a>entry</a><c b="2"/></r>'),
    ],
)
def test_xml_goes_from_a_source_to_a_target(
    mediate: Mediate, source: str, target: str, result: str
) -> None:
    ran = mediate(
        enrich(source, target),
        payload="<r><a>1</a><c b='2'/></r>",
        properties={"p": "text"},
        definitions="<localEntry key='K'><k xmlns=''/></localEntry>"
        "<localEntry key='T'>entry</localEntry>",
    )
    assert payload(ran) == result
    assert ran.result is True


def test_an_envelope_is_kept_in_a_property_and_put_back(mediate: Mediate) -> None:
    ran = mediate(
        enrich("type='envelope'", "type='property' property='kept'")
        + enrich("type='inline'", "type='body'", "<x xmlns=''/>")
        + enrich("type='property' property='kept'", "type='envelope'"),
        payload="<before/>",
    )
    assert payload(ran) == "<before/>"


def test_a_body_is_kept_in_a_property_and_put_back(mediate: Mediate) -> None:
    ran = mediate(
        enrich("type='body'", "type='property' property='kept'")
        + enrich("type='inline'", "type='body'", "<x xmlns=''/>")
        + enrich("type='property' property='kept'", "type='body'"),
        payload="<before/>",
    )
    assert payload(ran) == "<before/>"


def test_inline_xml_is_put_in_as_a_copy_each_time(mediate: Mediate) -> None:
    inline = enrich("type='inline'", "type='body' action='child'", "<x xmlns=''/>")
    assert payload(mediate(inline + inline, payload="<r/>")) == "<r><x/><x/></r>"


def test_expressions_stand_in_inline_xml(mediate: Mediate) -> None:
    ran = mediate(
        enrich("type='inline'", "type='body'", "<x xmlns='' b='{$ctx:p}'>{$ctx:p}</x>"),
        properties={"p": "a&b"},
    )
    assert payload(ran) == '<x b="a&amp;b">a&amp;b</x>'


def test_inline_xml_that_expressions_break_fails(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="inline source is no XML"):
        mediate(
            enrich("type='inline'", "type='body'", "<x xmlns='' b='{$ctx:p}'/>"),
            properties={"p": "<y/>"},
        )


def test_a_property_is_a_target_also_as_get_property(mediate: Mediate) -> None:
    ran = mediate(
        enrich("xpath='//a/text()'", "xpath=\"get-property('axis2', 'p')\"")
        + enrich("xpath='//a/text()'", "xpath=\"get-property('q')\""),
        payload="<r><a>1</a></r>",
    )
    assert ran.message.properties.axis2["p"] == "1"
    assert ran.properties["q"] == "1"


def test_variables_are_source_and_target(mediate: Mediate) -> None:
    ran = mediate(
        enrich("xpath='//a/text()'", "type='variable' variable='v'")
        + enrich("type='variable' variable='v'", "xpath='//b'"),
        payload="<r><a>1</a><b/></r>",
    )
    assert payload(ran) == "<r><a>1</a><b>1</b></r>"


# JSON

BODY = {"a": {"b": 1}, "l": [1]}


@pytest.fixture
def with_json(mediate: Mediate) -> Callable[..., Any]:
    """Mediates with a JSON payload, and gives that which comes out."""

    def run(mediators: str, **arguments: Any) -> Any:
        body = '{"a":{"b":1},"l":[1]}'
        make = "<payloadFactory media-type='json'><format>" + body + "</format></payloadFactory>"
        return mediate(make + mediators, **arguments)

    return run


@pytest.mark.parametrize(
    ("source", "target", "inline", "result"),
    [
        ("xpath='json-eval($.a.b)'", "xpath='json-eval($.l)'", "", {"a": {"b": 1}, "l": 1}),
        ("xpath='${payload.a.b}'", "xpath='${payload.l}'", "", {"a": {"b": 1}, "l": 1}),
        ("clone='false' xpath='json-eval($.a.b)'", "action='child' xpath='json-eval($.l)'", "",
         {"a": {}, "l": [1, 1]}),
        ("xpath='json-eval($.a)'", "type='body'", "", {"b": 1}),
        ("type='inline'", "type='body'", '{"x": {$ctx:p}}', {"x": "text"}),
        ("type='inline'", "action='child' xpath='json-eval($.a)'", '{"c": 2}',
         {"a": {"b": 1, "c": 2}, "l": [1]}),
        ("type='property' property='p'", "xpath='json-eval($.a)'", "", {"a": "text", "l": [1]}),
        ("type='inline' key='J'", "type='body'", "", [9]),
        ("type='inline'", "type='key' xpath='json-eval($.a.b)'", "new",
         {"a": {"new": 1}, "l": [1]}),
        ("xpath='json-eval($.a,$.none)'", "action='remove' type='body'", "", {"l": [1]}),
    ],
)  # fmt: skip
def test_json_goes_from_a_source_to_a_target(
    with_json: Callable[..., Any], source: str, target: str, inline: str, result: Any
) -> None:
    ran = with_json(
        enrich(source, target, inline),
        properties={"p": "text"},
        definitions="<localEntry key='J'>[9]</localEntry>",
    )
    assert ran.message.json == result


def test_a_json_body_is_kept_in_a_property_and_put_back(with_json: Callable[..., Any]) -> None:
    ran = with_json(
        enrich("type='body'", "type='property' property='kept'")
        + enrich("type='inline'", "type='body'", '{"x": 1}')
        + enrich("type='property' property='kept'", "type='body'")
    )
    assert ran.message.json == BODY


def test_xml_in_a_property_replaces_a_json_body(with_json: Callable[..., Any]) -> None:
    ran = with_json(
        "<property name='p' type='OM'><x xmlns=''/></property>"
        + enrich("type='property' property='p'", "type='body'")
    )
    assert payload(ran) == "<x/>"
    assert not ran.message.has_json


def test_an_xpath_sees_the_xml_of_json(with_json: Callable[..., Any]) -> None:
    ran = with_json(enrich("xpath='//l/text()'", "xpath='//a/b'"))
    assert ran.message.as_json() == {"a": {"b": 1}, "l": [1]}
    assert not ran.message.has_json or ran.message.json == BODY


def test_a_json_source_that_is_not_there_fails(with_json: Callable[..., Any]) -> None:
    with pytest.raises(MediationError, match="Failed to get the source for Enriching"):
        with_json(enrich("xpath='json-eval($.none)'", "type='body'"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<enrich/>", "needs <source> and <target>"),
        (enrich("", "type='body'"), "'xpath'"),
        (enrich("type='strange'", "type='body'"), "none of custom"),
        (enrich("type='property'", "type='body'"), "'property'"),
        (enrich("type='inline'", "type='body'"), "'key'"),
        (enrich("type='inline'", "type='body'", "{$ctx:a b}{//[}"), "XPath"),
        (enrich("type='inline' key='none'", "type='body'"), "'none' is neither"),
        (enrich("type='body'", "type='body'"), "from the source type 'body' to the target"),
        (enrich("type='envelope'", "xpath='//a'"), "from the source type 'envelope'"),
        (enrich("xpath='//a'", "type='envelope'"), "to the target type 'envelope'"),
        (enrich("type='inline' key='K'", "type='envelope' action='child'"), "only replace"),
        (enrich("xpath='//a'", "xpath='json-eval($.a)'"), "mix XPath and JSONPath"),
        (enrich("xpath='//a'", "type='body' action='remove'"), "no action 'remove'"),
        (enrich("xpath='json-eval($.a)'", "xpath='json-eval($)'"), "target type 'body'"),
        (enrich("type='property' property='p'", "type='key' xpath='//a'"), "needs a JSONPath"),
        (enrich("xpath='${payload.a + 1}'", "type='body'"), "JSONPath"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content, definitions="<localEntry key='K'><k/></localEntry>")
