"""The head of a request."""

import pytest

from apns_connector.mediation.routing.asked import Asked


def test_the_target_is_parted_at_the_first_question_mark():
    asked = Asked("GET", "/a%20b?c=d?e")
    assert (asked.path, asked.query) == ("/a%20b", "c=d?e")
    assert Asked("GET", "/a").query == ""


@pytest.mark.parametrize(
    ("host", "scheme", "hostname", "port"),
    [
        ("push.example.com", "http", "push.example.com", 80),
        ("push.example.com", "https", "push.example.com", 443),
        ("push.example.com:8280", "http", "push.example.com", 8280),
        ("[::1]:8280", "http", "[::1]", 8280),
        ("[::1]", "https", "[::1]", 443),
        (None, "http", "", 80),
    ],
)
def test_host_and_port_are_those_of_the_host_header(host, scheme, hostname, port):
    asked = Asked("GET", "/", scheme, {} if host is None else {"host": host})
    assert (asked.hostname, asked.port) == (hostname, port)
