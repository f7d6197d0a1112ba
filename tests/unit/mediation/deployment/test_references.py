"""Static keys that lead nowhere are problems of the deployment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.references import Followed, follow
from apns_connector.mediation.library import Library
from apns_connector.mediation.reading import Reference

Deploy = Callable[..., Configuration]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<sequence key='none'/>", "sequence 'none' is defined neither here nor in the registry"),
        ("<sequence name='inner' onError='none'/>", "sequence 'none'"),
        ("<filter xpath='1'><then sequence='none'/></filter>", "sequence 'none'"),
        ("<filter xpath='1'><then/><else sequence='none'/></filter>", "sequence 'none'"),
        ("<call-template target='none'/>", "template 'none' cannot be found"),
        ("<call-template target='T' onError='none'/>", "sequence 'none'"),
        ("<apns.none/>", r"connector\.apns\.none' cannot be found; libraries loaded: apns"),
        ("<apns.push configKey='none'/>", "configKey 'none' leads to no local entry"),
        ("<apns.push configKey='text'/>", "configKey 'text' leads to no local entry"),
        ("<apns.push onError='none'/>", "sequence 'none'"),
        ("<sequence key='gov:../x'/>", "leads out of the registry"),
    ],
)
def test_a_key_that_leads_nowhere_is_told_with_its_line(
    deploy: Deploy, library: Callable[..., Library], build: Any, content: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        deploy(
            f"<sequence name='S'>\n{content}\n</sequence><localEntry key='text'>x</localEntry>"
            "<template name='T'><sequence/></template>",
            libraries=[library({"push": build.template("push", "", "")})],
        )
    assert [problem.line for problem in invalid.value.problems] == [3]


def test_keys_that_are_expressions_are_left_until_the_message_comes(deploy: Deploy) -> None:
    deploy("<sequence name='S'><sequence key='{$ctx:key}'/></sequence>")


def test_order_does_not_matter(deploy: Deploy) -> None:
    deploy("<sequence name='A'><sequence key='B'/></sequence><sequence name='B'/>")


def test_the_registry_counts(deploy: Deploy, build: Any) -> None:
    content = f"<sequence xmlns='{build.synapse}'><drop/></sequence>"
    deploy(
        "<sequence name='S'><sequence key='gov:/seq.xml'/></sequence>",
        {"registry/governance/seq.xml": content},
    )


def test_a_template_of_a_library_is_read_when_it_is_used_and_its_problems_told_once(
    deploy: Deploy, library: Callable[..., Library], build: Any
) -> None:
    apns = library({"push": build.template("push", "", "<ejb/>")})
    deploy(libraries=[apns])
    with pytest.raises(InvalidDeployment, match="<ejb> is not supported") as invalid:
        deploy("<sequence name='S'><apns.push/><apns.push/></sequence>", libraries=[apns])
    assert len(invalid.value.problems) == 1
    assert "push.xml" in str(invalid.value.problems[0])


def test_keys_inside_of_what_a_key_leads_to_are_followed_too(
    deploy: Deploy, library: Callable[..., Library], build: Any
) -> None:
    push = build.template("push", "", "<sequence key='inner'/>")
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(
            "<sequence name='S'><apns.push configKey='C'/></sequence>"
            "<localEntry key='C'>\n<apns.inti/></localEntry>"
            "<localEntry key='inner'><sequence><sequence key='none'/></sequence></localEntry>",
            libraries=[library({"push": push})],
        )
    assert sorted(problem.problem for problem in invalid.value.problems) == [
        "sequence 'none' is defined neither here nor in the registry",
        "template 'org.wso2.carbon.connector.apns.inti' cannot be found; libraries loaded: apns",
    ]


def test_keys_that_lead_in_a_circle_are_followed_once(deploy: Deploy) -> None:
    deploy(
        "<sequence name='S'><sequence key='A'/></sequence>"
        "<localEntry key='A'><sequence><sequence key='B'/></sequence></localEntry>"
        "<localEntry key='B'><sequence><sequence key='A'/></sequence></localEntry>"
    )


@pytest.mark.parametrize(
    ("kind", "key", "complaint"),
    [
        ("endpoint", "E", "endpoint 'E' is defined neither here nor in the registry"),
        ("entry", "N", "'N' is neither a local entry nor a resource of the registry"),
        ("store", "M", "message store 'M' is not defined"),
        ("proxy", "P", "proxy 'P' is not defined"),
    ],
)
def test_every_kind_of_key_is_looked_up_where_it_belongs(
    deploy: Deploy, kind: str, key: str, complaint: str
) -> None:
    [problem] = follow([Reference(kind, key, "x.xml", 7)], deploy()).problems
    assert str(problem) == f"x.xml:7: {complaint}"


def test_keys_of_every_kind_lead_somewhere(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='N'>text</localEntry>"
        "<proxy name='P'><target><inSequence/></target></proxy>",
        {"registry/governance/n.txt": "text"},
    )
    good = [("entry", "N"), ("entry", "gov:/n.txt"), ("proxy", "P"), ("sequence", "main")]
    references = [Reference(kind, key, "x.xml", 1) for kind, key in good]
    assert follow(references, configuration) == Followed([], [])


def test_all_problems_of_a_registry_resource_are_told(deploy: Deploy, build: Any) -> None:
    content = f"<sequence xmlns='{build.synapse}'>\n<ejb/>\n<spring/></sequence>"
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(
            "<sequence name='S'><sequence key='gov:/s.xml'/></sequence>",
            {"registry/governance/s.xml": content},
        )
    places = [(problem.file, problem.line) for problem in invalid.value.problems]
    assert places == [("registry/governance/s.xml", 2), ("registry/governance/s.xml", 3)]


# Content behind a key.

XSL = "<xsl:stylesheet xmlns='' version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
XSD = "<s:schema xmlns='' xmlns:s='http://www.w3.org/2001/XMLSchema'>"
STYLESHEET = "\n<xslt key='{}'/>"
SCHEMA = "<validate>\n<schema key='{}'/><on-fail><drop/></on-fail></validate>"
POLICY = "<throttle id='T'>\n<policy key='{}'/></throttle>"
SCRIPT = "\n<script language='js' key='{}'/>"
INCLUDE = "<script language='js' key='good'>\n<include key='{}'/></script>"
FORMAT = "<payloadFactory>\n<format key='{}'/></payloadFactory>"


@pytest.mark.parametrize(
    ("mediator", "content", "complaint"),
    [
        (STYLESHEET, "<xsl:stylesheet", "not well-formed"),
        (STYLESHEET, "<a/>", "'gov:/c': the stylesheet cannot be used: .*not a stylesheet"),
        (STYLESHEET, f"{XSL}<xsl:template match='['/></xsl:stylesheet>", "failed to compile"),
        (STYLESHEET, "plain text", "not well-formed"),
        (SCHEMA, "<s:schema", "schemas : gov:/c: .*not well-formed"),
        (SCHEMA, f"{XSD}<s:element/></s:schema>", "'name' is required"),
        (SCHEMA, "{", "the JSON schema cannot be used"),
        (SCHEMA, '{"type": "strange"}', "the JSON schema cannot be used"),
        (SCHEMA, b'{"\xff": 1}', "the JSON schema cannot be used"),
        (POLICY, "<a", "not well-formed"),
        (POLICY, "<a/>", "'gov:/c': the throttle policy is wrong"),
        (SCRIPT, "function mediate(mc {", "'gov:/c': the script is not valid"),
        (INCLUDE, "var = 1", "'gov:/c': the script is not valid"),
        (FORMAT, "${payload.}", "'gov:/c': .*position"),
    ],
)
def test_content_that_is_of_no_use_is_told_where_it_is_used(
    deploy: Deploy, mediator: str, content: str | bytes, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        deploy(
            f"<localEntry key='good'>var x</localEntry><sequence name='S'>\n"
            f"{mediator.format('gov:/c')}</sequence>",
            {"registry/governance/c": content},
        )
    [problem] = invalid.value.problems
    line = 3 if mediator == SCHEMA else 4
    assert (problem.file, problem.line) == ("synapse-configs/default/synapse.xml", line)


def test_content_of_a_local_entry_is_looked_at_too(deploy: Deploy) -> None:
    entries = "<localEntry key='E'><a xmlns=''/></localEntry><localEntry key='T'>text</localEntry>"
    mediators = (
        f"{STYLESHEET.format('E')}{SCHEMA.format('E')}{POLICY.format('T')}{SCRIPT.format('E')}"
    )
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(f"{entries}<sequence name='S'>{mediators}</sequence>")
    assert [problem.problem.partition(":")[0] for problem in invalid.value.problems] == [
        "'E'",
        "Error creating a new schema objects for schemas ",
        "Cannot find throttling policy using key ",
    ]


def test_a_schema_that_is_written_out_is_looked_at_as_well(deploy: Deploy) -> None:
    schema = f"<schema>{XSD}<s:element/></s:schema></schema>"
    with pytest.raises(InvalidDeployment, match=r"inline-schema-0: .*'name' is required"):
        deploy(
            f"<sequence name='S'><validate>{schema}<on-fail><drop/></on-fail></validate></sequence>"
        )


def test_good_content_is_good(deploy: Deploy) -> None:
    policy = (
        "<a xmlns:t='http://www.wso2.org/products/wso2commons/throttle'>"
        "<t:MaximumConcurrentAccess>1</t:MaximumConcurrentAccess></a>"
    )
    contents = {
        "xslt": f"{XSL}</xsl:stylesheet>",
        "xsd": f"{XSD}<s:element name='a'/></s:schema>",
        "json": "{}",
        "policy": policy,
        "js": "function mediate(mc) {}",
        "format": "<a>$1 $2</a>",
    }
    mediators = "".join(
        mediator.format(f"gov:/{name}")
        for mediator, name in (
            (STYLESHEET, "xslt"),
            (SCHEMA, "xsd"),
            (SCHEMA, "json"),
            (POLICY, "policy"),
            (SCRIPT, "js"),
            (FORMAT, "format"),
        )
    )
    configuration = deploy(
        f"<sequence name='S'>{mediators}</sequence>",
        {f"registry/governance/{name}": content for name, content in contents.items()},
    )
    assert configuration.notes == ()


@pytest.mark.parametrize("mediator", [STYLESHEET, SCHEMA, POLICY, SCRIPT, FORMAT])
def test_content_under_an_expression_is_left_until_the_message_comes(
    deploy: Deploy, mediator: str
) -> None:
    text = mediator.format("{$ctx:key}")
    configuration = deploy(
        f"<localEntry key='E'>bad &lt;</localEntry><sequence name='S'>{text}</sequence>"
    )
    assert configuration.notes == ()


@pytest.mark.parametrize("key", ["gov:/none", "conf:none", "/none", "a/none", "http://localhost/n"])
@pytest.mark.parametrize("mediator", [STYLESHEET, SCHEMA, POLICY])
def test_a_resource_that_is_not_there_may_come_and_is_a_warning(
    deploy: Deploy, mediator: str, key: str
) -> None:
    configuration = deploy(f"<sequence name='S'>\n{mediator.format(key)}</sequence>")
    assert [str(note) for note in configuration.notes] == [
        f"synapse-configs/default/synapse.xml:4: warning: '{key}' is neither a local entry "
        "nor a resource of the registry: until it is one, messages fail here"
    ]


def test_a_local_entry_that_is_not_there_comes_only_with_a_deployment(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="'none' is neither a local entry nor a resource"):
        deploy(f"<sequence name='S'>{STYLESHEET.format('none')}</sequence>")


@pytest.mark.parametrize(
    ("mediator", "content"),
    [
        (STYLESHEET, f"{XSL}<xsl:import href='http://localhost/x'/></xsl:stylesheet>"),
        (SCHEMA, f"{XSD}<s:include schemaLocation='http://localhost/x'/></s:schema>"),
    ],
)
def test_what_content_refers_to_need_not_be_there_either(
    deploy: Deploy, mediator: str, content: str
) -> None:
    configuration = deploy(
        f"<localEntry key='E'>{content}</localEntry>"
        f"<sequence name='S'>{mediator.format('E')}</sequence>"
    )
    [note] = configuration.notes
    assert "'http://localhost/x' is neither a local entry" in note.text
