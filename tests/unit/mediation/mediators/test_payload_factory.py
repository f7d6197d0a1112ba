"""``<payloadFactory>``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.soap import SoapVersion

Mediate = Callable[..., Any]


def factory(content: str, args: str = "", attributes: str = "") -> str:
    return (
        f"<payloadFactory {attributes}><format>{content}</format><args>{args}</args>"
        "</payloadFactory>"
    )


def written(ran: Any) -> str:
    return xml.text_of(ran.message.payload)


# XML


def test_the_whole_body_becomes_the_format_with_its_arguments(mediate: Mediate) -> None:
    ran = mediate(
        factory(
            "<p xmlns='urn:p'><q r='$2'>$1</q></p>", "<arg expression='//n'/><arg value='two'/>"
        ),
        payload="<r><n>one</n></r>",
    )
    assert written(ran) == "<p xmlns='urn:p'><q r='two'>one</q></p>".replace("'", '"')
    assert len(ran.message.body) == 1
    assert ran.result is True


def test_an_unprefixed_format_is_in_the_namespace_of_the_configuration(mediate: Mediate) -> None:
    ran = mediate(factory("<p/>"))
    assert ran.message.payload.tag == "{http://ws.apache.org/ns/synapse}p"
    assert mediate(factory("<p xmlns=''/>")).message.payload.tag == "p"


def test_namespaces_in_scope_come_along_for_the_values(mediate: Mediate) -> None:
    ran = mediate(factory("<p xmlns='' type='a:t'/>"))
    assert ran.message.payload.nsmap["a"] == "urn:a"


def test_indentation_of_the_format_is_dropped(mediate: Mediate) -> None:
    ran = mediate(factory("\n <p xmlns=''>\n  <q> x </q>\n </p>\n"))
    assert written(ran) == "<p><q> x </q></p>"


def test_markup_in_a_text_is_escaped_and_a_whole_element_is_put_in(mediate: Mediate) -> None:
    args = "<arg expression=\"'a &lt; b'\"/><arg expression='//n'/>"
    ran = mediate(factory("<p xmlns=''>$1$2</p>", args), payload="<r><n><o/></n></r>")
    assert written(ran) == "<p>a &lt; b<n><o/></n></p>"


def test_null_is_nothing(mediate: Mediate) -> None:
    ran = mediate(factory("<p xmlns=''>[$1]</p>", "<arg expression='$ctx:none'/>"))
    assert ran.message.payload.text == "[]"


def test_json_of_a_path_becomes_elements(mediate: Mediate) -> None:
    args = "<arg evaluator='json' expression='$.a'/>"
    ran = mediate(
        factory("<p xmlns=''>$1</p>", args), payload="<jsonObject><a><b>1</b></a></jsonObject>"
    )
    assert written(ran) == "<p><b>1</b></p>"


def test_expressions_stand_in_the_format(mediate: Mediate) -> None:
    ran = mediate(
        factory("<p xmlns='' q=\"${props.synapse.x}\">${1 &lt; 2 ? 'yes &amp; no' : 'no'}</p>"),
        properties={"x": '<"'},
    )
    assert ran.message.payload.get("q") == '<"'
    assert ran.message.payload.text == "yes & no"


def test_an_envelope_replaces_the_envelope(mediate: Mediate) -> None:
    soap12 = SoapVersion.SOAP12.namespace
    ran = mediate(factory(f"<s:Envelope xmlns:s='{soap12}'><s:Body><x/></s:Body></s:Envelope>"))
    assert ran.message.soap_version is SoapVersion.SOAP12


@pytest.mark.parametrize(
    ("content", "args", "complaint"),
    [
        ("$1", "<arg value=' '/>", "Generated content is not a valid XML payload"),
        ("<p>$1", "<arg value='x'/>", "Error creating SOAP Envelope from source"),
    ],
)
def test_what_is_no_xml_fails(mediate: Mediate, content: str, args: str, complaint: str) -> None:
    with pytest.raises(MediationError, match=complaint):
        mediate(factory(f"<![CDATA[{content}]]>", args))


# JSON and text


def test_json_is_written_without_quotes_of_its_own(mediate: Mediate) -> None:
    args = "<arg expression='//n'/><arg value='17'/>"
    ran = mediate(
        factory('{"a": "$1", "b": $2}', args, "media-type='json'"), payload='<r><n>say "x"</n></r>'
    )
    assert ran.message.json == {"a": 'say "x"', "b": 17}


def test_quotes_come_by_themselves_when_the_property_asks_for_them(mediate: Mediate) -> None:
    args = "<arg expression=\"'x'\"/><arg expression=\"'1'\"/><arg expression=\"'true'\"/>"
    ran = mediate(
        factory("[$1, $2, $3]", args, "media-type='json'"),
        properties={"QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON": "true"},
    )
    assert ran.message.json == ["x", 1, True]


def test_a_literal_is_never_converted(mediate: Mediate) -> None:
    args = "<arg literal='true' expression='$ctx:x'/>"
    ran = mediate(
        factory('{"a": "$1"}', args, "media-type='json'"), properties={"x": '{"b": "<c/>"}'}
    )
    assert ran.message.json == {"a": '{"b": "<c/>"}'}


def test_xml_becomes_json_in_json(mediate: Mediate) -> None:
    args = "<arg expression='//n'/>"
    ran = mediate(factory('{"a": $1}', args, "media-type='json'"), payload="<r><n><o>1</o></n></r>")
    assert ran.message.json == {"a": {"n": {"o": 1}}}


def test_what_is_no_json_fails_without_telling_what_it_was(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="Error creating JSON Payload") as failure:
        mediate(factory('{"token": s3cret}', "", "media-type='json'"))
    assert "s3cret" not in str(failure.value)


def test_a_text_is_the_format_as_it_is(mediate: Mediate) -> None:
    ran = mediate(
        factory(" $1 &amp; <![CDATA[<b>]]> ", "<arg value='a&lt;'/>", "media-type='text'")
    )
    assert ran.message.text == "a< & <b>"


@pytest.mark.parametrize(
    ("content", "media_type", "message_type"),
    [
        ("<p/>", "xml", "application/xml"),
        ("{}", "json", "application/json"),
        ("x", "text", "text/plain"),
    ],
)
def test_the_message_is_written_as_what_it_is(
    mediate: Mediate, content: str, media_type: str, message_type: str
) -> None:
    ran = mediate(factory(content, "", f"media-type='{media_type}'"))
    assert ran.message.properties.axis2["messageType"] == message_type
    assert ran.message.properties.transport["Content-Type"] == message_type


def test_a_message_that_is_xml_already_stays_of_its_type(mediate: Mediate) -> None:
    ran = mediate(
        "<property name='messageType' scope='axis2' value='text/xml'/>"
        "<property name='NO_ENTITY_BODY' scope='axis2' value='true'/>" + factory("<p/>")
    )
    assert ran.message.properties.axis2["messageType"] == "text/xml"
    assert "NO_ENTITY_BODY" not in ran.message.properties.axis2


# Formats elsewhere


@pytest.mark.parametrize("key", ["F", "{$ctx:key}"])
def test_a_format_may_be_an_entry(mediate: Mediate, key: str) -> None:
    ran = mediate(
        f"<payloadFactory><format key='{key}'/><args><arg value='1'/></args></payloadFactory>",
        definitions="<localEntry key='F'><p xmlns=''>\n<q>$1</q></p></localEntry>",
        properties={"key": "F"},
    )
    assert written(ran) == "<p><q>1</q></p>"


def test_a_format_may_be_a_text_of_the_registry(mediate: Mediate) -> None:
    ran = mediate(
        "<payloadFactory media-type='json'><format key='gov:/f.json'/></payloadFactory>",
        files={"registry/governance/f.json": '{"a": ${1 + 1}}'},
    )
    assert ran.message.json == {"a": 2}


def test_a_dynamic_key_that_leads_nowhere_fails(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="Key gov:/none not found"):
        mediate(
            "<payloadFactory><format key='{$ctx:key}'/></payloadFactory>",
            properties={"key": "gov:/none"},
        )


def test_a_format_of_the_registry_with_a_bad_expression_fails(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match=r"format 'gov:/f.json'.*position"):
        mediate(
            "<payloadFactory media-type='json'><format key='{$ctx:k}'/></payloadFactory>",
            files={"registry/governance/f.json": "${payload.}"},
            properties={"k": "gov:/f.json"},
        )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<payloadFactory/>", r"synapse.xml:2: <payloadFactory> needs <format>"),
        ("<payloadFactory media-type='yaml'/>", "media-type 'yaml'"),
        ("<payloadFactory template-type='FREEMARKER'/>", r"synapse.xml:2: .*FreeMarker is Java"),
        (factory("<p/>", "<arg/>"), "'expression'"),
        (factory("<p/>", "<arg evaluator='json' expression='$.['/>"), "JSONPath"),
        (factory("${payload.}"), "position"),
        ("<payloadFactory><format key='none'/></payloadFactory>", "'none' is neither"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)
