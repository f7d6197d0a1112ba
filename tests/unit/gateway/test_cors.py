"""Which web pages may read an answer."""

import pytest

from apns_connector.gateway.cors import Cors, cors_headers

ONE = Cors(("https://page.example",), ("Content-Type", "X-Key"))


def test_a_page_of_an_allowed_origin_is_told_what_it_may_send():
    assert dict(cors_headers(ONE, "https://page.example", ("GET", "PUT"))) == {
        "access-control-allow-origin": "https://page.example",
        "access-control-allow-methods": "GET, PUT",
        "access-control-allow-headers": "Content-Type, X-Key",
        "vary": "Origin",
    }


def test_every_origin_may_be_allowed():
    assert dict(cors_headers(Cors(("*",)), "https://any", ("GET",))) == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET",
    }


@pytest.mark.parametrize(
    ("cors", "origin", "fields"),
    [
        (ONE, "https://other.example", (("vary", "Origin"),)),
        (ONE, "https://page.example:444", (("vary", "Origin"),)),
        (ONE, None, ()),
        (Cors(), "https://page.example", ()),
    ],
)
def test_no_other_page_is_allowed_anything(cors, origin, fields):
    assert cors_headers(cors, origin, ("GET",)) == fields
