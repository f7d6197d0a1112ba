"""APIs: which one takes a request, and what is wrong with a definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.api import find_api, ordered
from apns_connector.mediation.routing.api_request import ApiRequest
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.dispatch import Unmediated

Deploy = Callable[..., Any]

APIS = """
    <api name='Root' context='/'><resource/></api>
    <api name='Short' context='/a'><resource/></api>
    <api name='Long' context='/a/b/'><resource/></api>
    <api name='Push' context='/push' version='1.0' version-type='url'><resource/></api>
    <api name='Push' context='/push' version='2.0' version-type='url'><resource/></api>
    <api name='Push' context='/push'><resource/></api>
    <api name='In' context='/in/{version}/x' version='3' version-type='context'><resource/></api>
    <api name='Host' context='/h' hostname='h.example' port='8280'><resource/></api>
    <api name='Tls' context='/h/s' transports='https'><resource/></api>
"""


@pytest.mark.parametrize(
    ("target", "key", "path"),
    [
        ("/", "Root", "/"),
        ("/ab", "Root", "/ab"),
        ("/?x=1", "Root", "/?x=1"),
        ("/a", "Short", "/"),
        ("/a/c", "Short", "/c"),
        ("/a?x=1", "Short", "/?x=1"),
        ("/a/b", "Long", "/"),
        ("/a/b/c?x=/y", "Long", "/c?x=/y"),
        ("/push/1.0", "Push:v1.0", "/"),
        ("/push/1.0/x", "Push:v1.0", "/x"),
        ("/push/2.0?x=1", "Push:v2.0", "/?x=1"),
        ("/push/1.01/x", "Push", "/1.01/x"),
        ("/in/3/x/y", "In:v3", "/y"),
        ("/h/s", "Root", "/h/s"),
    ],
)
def test_the_longest_context_takes_a_request_and_versions_go_first(
    deploy: Deploy, target: str, key: str, path: str
) -> None:
    asked = Asked("GET", target, headers={"host": "other"})
    api = find_api(ordered(deploy(APIS).apis), asked)
    assert api is not None
    assert (api.key, api.path_of(asked)) == (key, path)


def test_host_port_and_transport_are_compared_where_they_are_given(deploy: Deploy) -> None:
    apis = ordered(deploy(APIS).apis)
    asked = [
        Asked("GET", "/h/x", "http", {"host": "h.example:8280"}),
        Asked("GET", "/h/x", "http", {"host": "h.example"}),
        Asked("GET", "/h/s", "https", {"host": "h.example:8280"}),
    ]
    found = [find_api(apis, one) for one in asked]
    assert [api.name for api in found if api is not None] == ["Host", "Root", "Tls"]


def test_without_an_api_for_a_path_there_is_none(deploy: Deploy) -> None:
    apis = deploy("<api name='A' context='/a'><resource/></api>").apis
    assert find_api(ordered(apis), Asked("GET", "/b")) is None
    assert find_api(ordered(apis), Asked("OPTIONS", "*")) is None


GET_ONLY = "<api name='A' context='/a'><resource methods='GET' uri-template='/x'/></api>"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Asked("GET", "/a/none"), 404),
        (Asked("PUT", "/a/x"), 405),
        (Asked("OPTIONS", "/a/x"), 200),
        (Asked("GET", "/a/x?y=%zz"), 400),
    ],
)
def test_what_no_resource_takes_needs_no_flow(deploy: Deploy, asked: Asked, status: int) -> None:
    configuration = deploy(GET_ONLY)
    found = configuration.apis["A"].request(asked, configuration)
    assert isinstance(found, Unmediated)
    assert found.status == status


@pytest.mark.parametrize(
    ("handler", "asked"),
    [
        ("_resource_mismatch_handler_", Asked("GET", "/a/none")),
        ("_method_not_allowed_handler_", Asked("PUT", "/a/x")),
    ],
)
def test_a_sequence_of_the_deployment_may_answer_instead(
    deploy: Deploy, handler: str, asked: Asked
) -> None:
    configuration = deploy(f"{GET_ONLY}<sequence name='{handler}'><respond/></sequence>")
    assert isinstance(configuration.apis["A"].request(asked, configuration), ApiRequest)


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ("<api context='/a'><resource/></api>", "'name'"),
        ("<api name='A'><resource/></api>", "'context'"),
        ("<api name='A' context='a'><resource/></api>", "must begin with a slash"),
        ("<api name='A' context='/a'/>", "has no <resource>"),
        ("<api name='A' context='/a' port='x'><resource/></api>", "the port 'x' is no number"),
        ("<api name='A' context='/a' version='1'><resource/></api>", "'version-type'"),
        (
            "<api name='A' context='/a' version='1' version-type='query'><resource/></api>",
            "url or context",
        ),
        (
            "<api name='A' context='/a'><resource/><handlers><handler class='C'/></handlers></api>",
            "<handlers> are Java classes",
        ),
        ("<api name='A' context='/a' binds-to='Inbound'><resource/></api>", "only 'default'"),
        (
            "<api name='A' context='/a'><resource/></api>\n"
            "<api name='B' context='/a/'><resource/></api>",
            "URL context /a is already registered with the API A",
        ),
        (
            "<api name='A' context='/a'><resource/></api>\n"
            "<api name='A' context='/b'><resource/></api>",
            "Duplicate api definition for key : A",
        ),
    ],
)
def test_an_api_that_cannot_work_is_refused(
    deploy: Deploy, definition: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        deploy(definition)
    assert [problem.line for problem in invalid.value.problems] == [2 + definition.count("\n")]


def test_an_empty_list_of_handlers_and_a_default_binding_are_fine(deploy: Deploy) -> None:
    deploy(
        "<api name='A' context='/a' binds-to='default' statistics='enable'><resource/>"
        "<handlers/></api>"
    )
