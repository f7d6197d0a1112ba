import pytest

from apns_connector.gateway.client_address import read_networks
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request

SCOPE = {
    "type": "http",
    "http_version": "1.0",
    "method": "POST",
    "scheme": "https",
    "path": "/services/a b",
    "raw_path": b"/services/a%20b",
    "query_string": b"x=1&y=%C3%A4+z&x=2&e=",
    "headers": [(b"host", b"h"), (b"x-a", b"1"), (b"x-a", b"2"), (b"x-b", b"\xe4")],
    "client": ("192.0.2.1", 5),
}


def test_a_request_is_read_from_its_scope_once():
    request = Request.from_scope(SCOPE)
    assert (request.method, request.path, request.scheme) == ("POST", "/services/a b", "https")
    assert (request.client, request.http_version) == ("192.0.2.1", "1.0")
    assert request.headers == {"host": "h", "x-a": "1, 2", "x-b": "\u00e4"}
    assert request.target == "/services/a%20b?x=1&y=%C3%A4+z&x=2&e="


def test_url_parameters_are_decoded_and_the_last_of_equal_names_counts():
    assert Request.from_scope(SCOPE).url_parameters() == {"x": "2", "y": "\u00e4 z", "e": ""}
    assert Request("GET", "/").url_parameters() == {}


def test_a_flood_of_url_parameters_is_refused():
    with pytest.raises(Refused, match="more than 100 parameters") as refused:
        Request("GET", "/", query="&".join(["a=1"] * 101)).url_parameters()
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("query", "asked"),
    [("wsdl", True), ("WSDL", True), ("wsdl=1&x", True), ("wsdl2", False), ("x&wsdl", False),
     ("", False)],
)  # fmt: skip
def test_the_first_word_of_a_query_says_what_is_asked_for(query, asked):
    assert Request("GET", "/", query=query).asks_for("wsdl") is asked


def test_a_trusted_proxy_says_who_the_client_is():
    fields = [(b"x-forwarded-for", b"203.0.113.5"), (b"x-forwarded-host", b"example.com")]
    scope = SCOPE | {"headers": fields}
    request = Request.from_scope(scope, read_networks(["192.0.2.0/24"]))
    assert (request.client, request.client_host) == ("203.0.113.5", "example.com")
    request = Request.from_scope(scope)
    assert (request.client, request.client_host) == ("192.0.2.1", None)


def test_a_request_without_client_address_is_possible():
    assert Request.from_scope(SCOPE | {"client": None}).client is None


@pytest.mark.parametrize(
    ("method", "wanted"), [("POST", True), ("PATCH", True), ("GET", False), ("DELETE", False)]
)
def test_a_body_belongs_to_some_methods_only(method, wanted):
    assert Request(method, "/").wants_body is wanted
