"""Static keys that lead nowhere are problems of the deployment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.library import Library
from apns_connector.mediation.reading import Reference
from apns_connector.mediation.references import problems_of

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
    [problem] = problems_of([Reference(kind, key, "x.xml", 7)], deploy())
    assert str(problem) == f"x.xml:7: {complaint}"


def test_keys_of_every_kind_lead_somewhere(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='N'>text</localEntry>"
        "<proxy name='P'><target><inSequence/></target></proxy>",
        {"registry/governance/n.txt": "text"},
    )
    good = [("entry", "N"), ("entry", "gov:/n.txt"), ("proxy", "P"), ("sequence", "main")]
    references = [Reference(kind, key, "x.xml", 1) for kind, key in good]
    assert problems_of(references, configuration) == []


def test_all_problems_of_a_registry_resource_are_told(deploy: Deploy, build: Any) -> None:
    content = f"<sequence xmlns='{build.synapse}'>\n<ejb/>\n<spring/></sequence>"
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(
            "<sequence name='S'><sequence key='gov:/s.xml'/></sequence>",
            {"registry/governance/s.xml": content},
        )
    places = [(problem.file, problem.line) for problem in invalid.value.problems]
    assert places == [("registry/governance/s.xml", 2), ("registry/governance/s.xml", 3)]
