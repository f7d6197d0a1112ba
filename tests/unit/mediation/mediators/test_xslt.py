"""``<xslt>``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml

Mediate = Callable[..., Any]

RENAME = "<xsl:template match='/a'><b x='{$p}'><xsl:value-of select='.'/></b></xsl:template>"


def stylesheet(inside: str = RENAME, before: str = "") -> str:
    return (
        "<xsl:stylesheet xmlns='' version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
        f"{before}<xsl:param name='p'>default</xsl:param>{inside}</xsl:stylesheet>"
    )


def entry(content: str) -> str:
    return f"<localEntry key='X'>{content}</localEntry>"


def written(ran: Any) -> str:
    return xml.text_of(ran.message.payload)


def test_the_payload_is_transformed_as_a_document_of_its_own(mediate: Mediate) -> None:
    ran = mediate("<xslt key='X'/>", definitions=entry(stylesheet()), payload="<a>1</a>")
    assert written(ran) == '<b x="default">1</b>'
    assert len(ran.message.body) == 1
    assert ran.result is True


def test_properties_are_parameters_and_null_is_none(mediate: Mediate) -> None:
    properties = "<property name='p' expression='{}'/><property name='unknown' value='1'/>"
    for expression, value in (("$ctx:p", "it's &quot;x&quot;"), ("$ctx:none", "default")):
        ran = mediate(
            f"<xslt key='X'>{properties.format(expression)}</xslt>",
            definitions=entry(stylesheet()),
            payload="<a>1</a>",
            properties={"p": 'it\'s "x"'},
        )
        assert written(ran) == f'<b x="{value}">1</b>'


def test_the_key_may_be_an_expression(mediate: Mediate) -> None:
    ran = mediate(
        "<xslt key='{$ctx:k}'/>",
        definitions=entry(stylesheet()),
        payload="<a/>",
        properties={"k": "X"},
    )
    assert ran.message.payload.tag == "b"


def test_a_source_is_transformed_where_it_stands(mediate: Mediate) -> None:
    ran = mediate(
        "<xslt key='X' source='//a'/>",
        definitions=entry(stylesheet()),
        payload="<r>0<a>1</a>2</r>",
    )
    assert written(ran) == '<r>0<b x="default">1</b>2</r>'


def test_the_result_may_go_into_a_property(mediate: Mediate) -> None:
    ran = mediate("<xslt key='X' target='t'/>", definitions=entry(stylesheet()), payload="<a>1</a>")
    assert (ran.properties["t"].tag, ran.properties["t"].text) == ("b", "1")
    assert written(ran) == "<a>1</a>"


def test_a_text_result_is_a_text_payload(mediate: Mediate) -> None:
    content = stylesheet(
        "<xsl:output method='text'/><xsl:template match='/'>&lt;<xsl:value-of select='.'/>"
        "</xsl:template>"
    )
    ran = mediate("<xslt key='X'/>", definitions=entry(content), payload="<a>1</a>")
    assert ran.message.text == "<1"
    ran = mediate("<xslt key='X' target='t'/>", definitions=entry(content), payload="<a>1</a>")
    assert ran.properties["t"] == "<1"


IDENTITY = (
    "<xsl:template match='@*|node()'><xsl:copy><xsl:apply-templates select='@*|node()'/>"
    "</xsl:copy></xsl:template><xsl:template match='a'><b/></xsl:template>"
)


@pytest.mark.parametrize("source", ["$env", "$body"])
def test_envelope_and_body_can_be_transformed(mediate: Mediate, source: str) -> None:
    ran = mediate(
        f"<xslt key='X' source='{source}'/>",
        definitions=entry(stylesheet(IDENTITY)),
        payload="<a/>",
    )
    assert [child.tag for child in ran.message.body] == ["b"]


def test_an_empty_body_is_left_alone(mediate: Mediate, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert mediate("<xslt key='X'/>", definitions=entry(stylesheet()), payload="").result
    assert "nothing to transform" in caplog.text


def test_a_stylesheet_imports_from_the_registry(mediate: Mediate) -> None:
    imports = "<xsl:import href='inner.xsl'/>"
    ran = mediate(
        "<xslt key='gov:/x/outer.xsl'/>",
        files={
            "registry/governance/x/outer.xsl": stylesheet("", imports),
            "registry/governance/x/inner.xsl": stylesheet(
                "<xsl:template match='/a'><xsl:copy-of select=\"document('data.xml')\"/>"
                "</xsl:template>"
            ),
            "registry/governance/x/data.xml": "<d>1</d>",
        },
        payload="<a/>",
    )
    assert written(ran) == "<d>1</d>"


def test_a_resource_stands_for_a_location(mediate: Mediate) -> None:
    ran = mediate(
        "<xslt key='X'><resource location='http://x/inner.xsl' key='Y'/></xslt>",
        definitions=entry(stylesheet("", "<xsl:import href='http://x/inner.xsl'/>"))
        + f"<localEntry key='Y'>{stylesheet()}</localEntry>",
        payload="<a>1</a>",
    )
    assert written(ran) == '<b x="default">1</b>'


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_stylesheet_reads_no_file(mediate: Mediate, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "secret.xml").write_text("<secret/>")
    reads = f"<xsl:template match='/'><xsl:copy-of select=\"document('{scheme}{tmp_path}/secret.xml')\"/></xsl:template>"  # noqa: E501
    with pytest.raises(MediationError, match=r"Unable to perform XSLT .* nor a resource"):
        mediate("<xslt key='X'/>", definitions=entry(stylesheet(reads)), payload="<a/>")


def test_a_stylesheet_writes_no_file(mediate: Mediate, tmp_path: Path) -> None:
    target = tmp_path / "written.xml"
    writes = (
        "<xsl:template match='/'><exsl:document xmlns:exsl='http://exslt.org/common' "
        f"extension-element-prefixes='exsl' href='{target}'><a/></exsl:document></xsl:template>"
    )
    mediate("<xslt key='X'/>", definitions=entry(stylesheet(writes)), payload="<a/>")
    assert not target.exists()


@pytest.mark.parametrize(
    "content",
    [
        "<nothing/>",
        stylesheet("<xsl:template match='['/>"),
        stylesheet("<xsl:template match='/'><xsl:message terminate='yes'>no</xsl:message>"
                   "</xsl:template>"),
        stylesheet("<xsl:template match='/' name='t'><xsl:call-template name='t'/>"
                   "</xsl:template>"),
    ],
)  # fmt: skip
def test_a_stylesheet_that_cannot_work_fails(mediate: Mediate, content: str) -> None:
    with pytest.raises(MediationError, match="Unable to perform XSLT transformation using : X"):
        mediate("<xslt key='{\"X\"}'/>", definitions=entry(content), payload="<a/>")


def test_a_source_that_is_not_there_fails(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="leads to no element"):
        mediate("<xslt key='X' source='//none'/>", definitions=entry(stylesheet()))


def test_messages_of_a_stylesheet_are_logged(
    mediate: Mediate, caplog: pytest.LogCaptureFixture
) -> None:
    says = "<xsl:template match='/'><xsl:message>hello</xsl:message><b/></xsl:template>"
    with caplog.at_level(logging.INFO):
        mediate("<xslt key='X'/>", definitions=entry(stylesheet(says)), payload="<a/>")
    assert "Stylesheet 'X': hello" in caplog.text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<xslt/>", "'key'"),
        ("<xslt key='none'/>", "'none' is neither"),
        ("<xslt key='X' source='//['/>", "XPath"),
        ("<xslt key='X'><property name='p'/></xslt>", "'value' or 'expression'"),
        ("<xslt key='X'><resource location='l' key='none'/></xslt>", "'none' is neither"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content, definitions=entry(stylesheet()))
