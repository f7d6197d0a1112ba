"""Which resource takes a request: decided by its head alone."""

import re

import pytest

from apns_connector.mediation.flow import Flows
from apns_connector.mediation.routing.api_resource import ApiResource
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.dispatch import Found, Unmediated, dispatch
from apns_connector.mediation.routing.uri_pattern import UriPattern
from apns_connector.mediation.routing.url_mapping import UrlMapping


def resource(mapping=None, methods="", **values):
    """One with a url-mapping, or with a template if there is a brace in it."""
    if mapping is not None:
        mapping = UriPattern(mapping) if "{" in mapping else UrlMapping(mapping)
    return ApiResource(Flows(), mapping, tuple(methods.split()), **values)


DEFAULT = resource()
EXACT = resource("/a/b")
LONG, SHORT = resource("/a/*"), resource("/*")
EXTENSION = resource("*.xml")
TEMPLATE = resource("/{x}/{y}")
ALL = [DEFAULT, TEMPLATE, EXTENSION, SHORT, LONG, EXACT]


@pytest.mark.parametrize(
    ("resources", "path", "expected"),
    [
        (ALL, "/a/b", EXACT),
        (ALL, "/a/b?x=1", EXACT),
        (ALL, "/a/c.xml", LONG),
        (ALL, "/c.xml", SHORT),
        ([DEFAULT, TEMPLATE, EXTENSION], "/c/d.xml", EXTENSION),
        ([DEFAULT, TEMPLATE, EXTENSION], "/c/d.json", TEMPLATE),
        ([DEFAULT, TEMPLATE, EXTENSION], "/c", DEFAULT),
        ([LONG, LONG], "/a/x", LONG),
    ],
)
def test_the_closest_mapping_wins_then_a_template_then_the_one_without_either(
    resources, path, expected
):
    found = dispatch(resources, Asked("GET", path), path)
    assert found.resource is expected


def test_the_variables_of_the_template_are_found():
    found = dispatch([TEMPLATE], Asked("GET", "/c/d"), "/c/d")
    assert found == Found(TEMPLATE, {"x": "c", "y": "d"})


def test_of_two_resources_at_one_path_the_method_decides():
    reading, writing = resource("/a", "GET HEAD"), resource("/a", "PUT")
    assert dispatch([reading, writing], Asked("PUT", "/a"), "/a").resource is writing
    assert dispatch([reading, writing], Asked("HEAD", "/a"), "/a").resource is reading


WANTED = "The request has not the transport, Content-Type or User-Agent that is wanted here"


def test_a_path_of_no_resource_is_not_found():
    found = dispatch([EXACT], Asked("GET", "/ctx/none"), "/none")
    assert found == Unmediated(404, "There is no resource at /ctx/none")


def test_another_method_is_not_allowed_and_those_that_are_are_named():
    resources = [resource("/a", "GET HEAD OPTIONS"), resource("/{x}", "GET PUT"), resource("/b")]
    found = dispatch(resources, Asked("DELETE", "/a"), "/a")
    assert (found.status, found.allowed) == (405, ("GET", "HEAD", "PUT"))
    assert "DELETE is not possible here, only GET, HEAD, PUT" in found.problem


def test_options_are_answered_with_the_methods_of_the_path():
    resources = [resource("/a", "GET"), resource("/a", "PUT"), resource("/b", "DELETE")]
    assert dispatch(resources, Asked("OPTIONS", "/a"), "/a") == Unmediated(
        200, allowed=("GET", "PUT")
    )
    assert dispatch([DEFAULT], Asked("OPTIONS", "/a"), "/a").allowed == (
        "GET", "POST", "PUT", "DELETE",
    )  # fmt: skip
    assert dispatch(resources, Asked("OPTIONS", "/c"), "/c").status == 404


def test_options_go_to_a_flow_that_wants_them():
    wanting = resource("/a", "GET OPTIONS")
    assert dispatch([wanting], Asked("OPTIONS", "/a"), "/a") == Found(wanting, {})


@pytest.mark.parametrize(
    ("values", "headers", "scheme", "fits"),
    [
        ({"transports": ("https",)}, {}, "https", True),
        ({"transports": ("https",)}, {}, "http", False),
        ({"content_type": "a/b"}, {"content-type": "a/b", "content-length": "1"}, "http", True),
        ({"content_type": "a/b"}, {"content-type": "a/c", "content-length": "1"}, "http", False),
        ({"content_type": "a/b"}, {"transfer-encoding": "chunked"}, "http", False),
        ({"content_type": "a/b"}, {"content-length": "0"}, "http", True),
        ({"content_type": "a/b"}, {}, "http", True),
        ({"user_agent": re.compile("curl.*")}, {"user-agent": "curl/8"}, "http", True),
        ({"user_agent": re.compile("curl")}, {"user-agent": "curl/8"}, "http", False),
        ({"user_agent": re.compile("curl")}, {}, "http", False),
    ],
)
def test_a_resource_may_want_more_than_a_path_and_a_method(values, headers, scheme, fits):
    wanting = resource("/a", "POST", **values)
    found = dispatch([wanting], Asked("POST", "/a", scheme, headers), "/a")
    assert found == (Found(wanting, {}) if fits else Unmediated(400, WANTED))
