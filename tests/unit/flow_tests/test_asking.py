import asyncio

import pytest

from apns_connector.flow_tests.asking import ask, scope_of, target_of
from apns_connector.flow_tests.building import build
from apns_connector.flow_tests.reading import read_suite
from apns_connector.flow_tests.suite import Input, InputProperty
from apns_connector.mediation.xml import SYNAPSE

CASES = (
    "<test-case><assertions><assertNotNull><actual>$body</actual></assertNotNull></assertions>"
    "</test-case>"
)
RESPOND = "<inSequence><property name='X-Id' value='7' scope='transport'/><respond/></inSequence>"
PROXY = f"<proxy xmlns='{SYNAPSE}' name='P'><target>{RESPOND}</target></proxy>"
API = (
    f"<api xmlns='{SYNAPSE}' name='A' context='/a' version='1' version-type='url'"
    f" hostname='api.example'><resource methods='GET POST' uri-template='/{{x}}'>{RESPOND}"
    "</resource></api>"
)


@pytest.fixture
def built(project):
    def make(artifact):
        suite = read_suite(project({"flows/T.xml": artifact}, artifact="flows/T.xml", cases=CASES))
        return suite, build(suite, classes={}, libraries=[], environment={})[0]

    return make


@pytest.mark.parametrize(
    ("path", "target"),
    [("/b?c=1", "/a/1/b?c=1"), ("b", "/a/1/b"), ("", "/a/1"), ("?c=1", "/a/1?c=1")],
)
def test_the_path_of_a_request_follows_the_context(built, path, target):
    suite, configuration = built(API)
    assert target_of(suite, Input(path=path), configuration) == target


def test_a_request_says_by_itself_what_the_test_does_not(built):
    suite, configuration = built(API)
    scope = scope_of(suite, Input(path="/b%20c"), configuration)
    assert (scope["method"], scope["path"], scope["raw_path"]) == ("GET", "/a/1/b c", b"/a/1/b%20c")
    assert scope["headers"] == [(b"host", b"api.example:8290")]
    assert scope_of(suite, Input("<a/>"), configuration)["method"] == "POST"


def test_headers_of_the_test_come_first(built):
    suite, configuration = built(PROXY)
    given = Input(
        "<a/>", scheme="https", properties=(InputProperty("Content-Type", "text/xml", "transport"),)
    )
    scope = scope_of(suite, given, configuration)
    assert (scope["method"], scope["path"]) == ("POST", "/services/P")
    assert dict(scope["headers"]) == {b"host": b"localhost:8253", b"content-type": b"text/xml"}


@pytest.mark.parametrize(("artifact", "path"), [(PROXY, ""), (API, "/b")])
def test_the_answer_is_that_of_the_gateway(built, artifact, path):
    suite, configuration = built(artifact)
    scope = scope_of(suite, Input("<a/>", path), configuration)
    answer = asyncio.run(ask(configuration, scope, b"<a/>"))
    assert answer.status == 200
    assert answer.headers["x-id"] == "7"
    assert answer.body.endswith(b"<a/>")


def test_a_refusal_is_an_answer_too(built):
    suite, configuration = built(API)
    scope = scope_of(suite, Input(path="/b", method="DELETE"), configuration)
    assert asyncio.run(ask(configuration, scope, b"")).status == 405
