"""<resource> as it is read; what it takes is in test_dispatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.routing.api_resource import ApiResource
from apns_connector.mediation.routing.uri_pattern import UriPattern
from apns_connector.mediation.routing.url_mapping import UrlMapping

Deploy = Callable[..., Any]


@pytest.fixture
def read(deploy: Deploy) -> Callable[[str], ApiResource]:
    def only_resource(attributes: str) -> ApiResource:
        api = deploy(f"<api name='A' context='/a'><resource {attributes}/></api>").apis["A"]
        resource: ApiResource = api.resources[0]
        return resource

    return only_resource


def test_everything_is_read(read: Callable[[str], ApiResource]) -> None:
    resource = read(
        "methods='GET  PATCH' uri-template='/{x}' protocol='https' content-type='a/b' "
        "user-agent='curl.*'"
    )
    assert resource.methods == resource.stated_methods == ("GET", "PATCH")
    assert isinstance(resource.mapping, UriPattern)
    assert resource.pattern == "/{x}"
    assert resource.transports == ("https",)
    assert resource.content_type == "a/b"
    assert resource.user_agent is not None


def test_what_is_absent_restricts_nothing(read: Callable[[str], ApiResource]) -> None:
    resource = read("methods='' uri-template='' url-mapping='' user-agent='' content-type=''")
    assert resource == ApiResource(resource.flows)
    assert resource.stated_methods == ("GET", "POST", "PUT", "DELETE")
    assert resource.takes_method("HEAD")


def test_a_url_mapping_wins_over_a_template(read: Callable[[str], ApiResource]) -> None:
    assert isinstance(read("url-mapping='/a' uri-template='/b'").mapping, UrlMapping)


@pytest.mark.parametrize(
    ("attributes", "complaint"),
    [
        ("methods='GET FETCH'", "the method 'FETCH' is none of GET, POST"),
        ("methods='get'", "the method 'get'"),
        ("uri-template='/{'", "single brace"),
        ("user-agent='('", "user-agent"),
        ("inSequence='none'", "sequence 'none'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    deploy: Deploy, attributes: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        deploy(f"<api name='A' context='/a'>\n<resource {attributes}/></api>")
    assert [problem.line for problem in invalid.value.problems] == [3]


@pytest.mark.parametrize(
    ("resources", "complaint"),
    [
        ("<resource methods='GET'/><resource methods='PUT'/>", "only one resource can go without"),
        (
            "<resource methods='GET PUT' uri-template='/x'/>"
            "<resource methods='PUT' uri-template='/x'/>",
            "two resources have the mapping '/x' and the method PUT",
        ),
    ],
)
def test_resources_that_cannot_be_told_from_each_other_are_refused(
    deploy: Deploy, resources: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        deploy(f"<api name='A' context='/a'>{resources}</api>")
