"""<makefault>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.xml import SOAP11, SOAP12

Mediate = Callable[..., Any]
CODE = "<code expression=\"'APNS_000001'\"/>"
REASON = "<reason value='why'/>"


def fault_of(ran: Any) -> str:
    return xml.text_of(ran.message.payload)


def test_soap_11_is_the_default(mediate: Mediate) -> None:
    ran = mediate(f"<makefault>{CODE}{REASON}<detail/></makefault>")
    assert fault_of(ran) == (
        f'<soapenv:Fault xmlns:soapenv="{SOAP11}"><faultcode>soapenv:APNS_000001</faultcode>'
        "<faultstring>why</faultstring><detail></detail></soapenv:Fault>"
    )
    assert ran.message.is_fault
    assert ran.result is True


def test_soap_12_has_its_own_shape(mediate: Mediate) -> None:
    ran = mediate(
        f"<makefault version='soap12'>{CODE}{REASON}<node>urn:n</node><role/></makefault>"
    )
    assert fault_of(ran) == (
        f'<soapenv:Fault xmlns:soapenv="{SOAP12}"><soapenv:Code>'
        "<soapenv:Value>soapenv:APNS_000001</soapenv:Value></soapenv:Code><soapenv:Reason>"
        '<soapenv:Text xml:lang="en">why</soapenv:Text></soapenv:Reason>'
        "<soapenv:Node>urn:n</soapenv:Node><soapenv:Role></soapenv:Role></soapenv:Fault>"
    )


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ("", "why"),
        ("<detail/>", "why"),
        ("<detail>more</detail>", "more"),
        ("<detail expression='$ctx:x'/>", "of x"),
    ],
)
def test_plain_xml_is_an_exception_with_the_detail_or_the_reason(
    mediate: Mediate, detail: str, text: str
) -> None:
    ran = mediate(
        f"<makefault version='pox'>{REASON}{detail}</makefault>", properties={"x": "of x"}
    )
    assert fault_of(ran) == f"<Exception>{text}</Exception>"
    assert ran.message.is_fault


@pytest.mark.parametrize(
    ("version", "namespace", "name"), [("soap11", SOAP11, "Server"), ("soap12", SOAP12, "Receiver")]
)
def test_a_standard_code_is_given_by_its_qname(
    mediate: Mediate, version: str, namespace: str, name: str
) -> None:
    ran = mediate(
        f"<makefault version='{version}'><code xmlns:q='{namespace}' value='q:{name}'/>{REASON}"
        "</makefault>"
    )
    assert f"soapenv:{name}<" in fault_of(ran)


def test_a_code_that_is_null_fails(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="evaluates to nothing"):
        mediate(f"<makefault><code expression='$ctx:none'/>{REASON}</makefault>")


def test_a_reason_that_is_null_is_empty(mediate: Mediate) -> None:
    ran = mediate(f"<makefault>{CODE}<reason expression='$ctx:none'/></makefault>")
    assert ran.message.payload.findtext("faultstring") == ""


@pytest.mark.parametrize(
    ("detail", "inside"),
    [
        ("<detail>text</detail>", "text"),
        ("<detail><x xmlns=''>1</x></detail>", "<x>1</x>"),
        ("<detail expression='//y'/>", "<y>2</y>"),
        ("<detail expression='//y/text()'/>", "2"),
        ("<detail expression='$ctx:none'/>", ""),
    ],
)
def test_the_detail_holds_text_or_elements(mediate: Mediate, detail: str, inside: str) -> None:
    ran = mediate(f"<makefault>{CODE}{REASON}{detail}</makefault>", payload="<r><y>2</y></r>")
    assert f"<detail>{inside}</detail>" in fault_of(ran).replace(f' xmlns="{xml.SYNAPSE}"', "")


def test_a_role_is_the_actor_in_soap_11(mediate: Mediate) -> None:
    ran = mediate(f"<makefault>{CODE}{REASON}<role>urn:r</role></makefault>")
    assert "<faultactor>urn:r</faultactor>" in fault_of(ran)


def test_header_blocks_move_into_the_fault(mediate: Mediate) -> None:
    ran = mediate(f"<makefault>{CODE}{REASON}</makefault>", values={"header": "<h>1</h>"})
    assert [block.tag for block in ran.message.header] == ["h"]


WSA = "http://www.w3.org/2005/08/addressing"
ADDRESSES = "".join(
    f"<w:{name} xmlns:w='{WSA}'>{value}</w:{name}>"
    for name, value in (("MessageID", "urn:1"), ("FaultTo", "urn:fault"), ("ReplyTo", "urn:reply"))
)


@pytest.mark.parametrize(
    ("attributes", "response", "to"),
    [
        ("", True, "urn:reply"),
        ("response='true'", True, "urn:reply"),
        ("response='false'", False, "urn:fault"),
    ],
)
def test_a_fault_is_addressed_back(
    mediate: Mediate, attributes: str, response: bool, to: str
) -> None:
    message = mediate(
        f"<makefault {attributes}>{CODE}{REASON}</makefault>", values={"header": ADDRESSES}
    ).message
    assert message.response is response
    assert message.to == to
    assert message.relates_to == "urn:1"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (f"<makefault>{REASON}</makefault>", "needs <code>"),
        (f"<makefault>{CODE}</makefault>", "needs <reason>"),
        (f"<makefault version='soap13'>{CODE}{REASON}</makefault>", "soap13"),
        (f"<makefault><code value='Server'/>{REASON}</makefault>", "with a prefix"),
        (f"<makefault><code value='none:Server'/>{REASON}</makefault>", "with a prefix"),
        (
            f"<makefault><code xmlns:q='{SOAP11}' value='q:APNS_1'/>{REASON}</makefault>",
            "use an expression for a code of your own",
        ),
        (f"<makefault><code/>{REASON}</makefault>", "'expression'"),
        (f"<makefault>{CODE}<reason/></makefault>", "'value' or 'expression'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)


@pytest.mark.parametrize("version", ["soap11", "soap12", "pox"])
def test_characters_that_xml_cannot_carry_do_not_prevent_a_fault(
    mediate: Mediate, version: str
) -> None:
    ran = mediate(
        f"<makefault version='{version}'><code expression='$url:x'/>"
        "<reason expression='$url:x'/><detail expression='$url:x'/></makefault>",
        values={"url_parameters": {"x": "a\x01b"}},
    )
    assert "a\ufffdb" in "".join(ran.message.envelope.itertext())


@pytest.mark.parametrize("version", ["soap11", "pox"])
def test_a_fault_is_sent_even_when_the_message_before_it_was_empty(
    mediate: Mediate, version: str
) -> None:
    ran = mediate(
        "<property name='NO_ENTITY_BODY' value='true' scope='axis2'/>"
        f"<makefault version='{version}'>{CODE}{REASON}</makefault>"
    )
    assert ran.message.properties.get("NO_ENTITY_BODY", "axis2") is None
