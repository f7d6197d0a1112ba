"""URI templates of resources, the other way round: from a path to the variables."""

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.routing.uri_pattern import UriPattern

MATCHES = [
    ("/", "/", {}),
    ("/", "/?x=1", {}),
    ("/devices", "/devices", {}),
    ("/devices/", "/devices", {}),
    ("/devices", "/devices/", {}),
    ("/devices", "/devices?x=1&y=/a", {}),
    ("/devices/{id}", "/devices/7", {"id": "7"}),
    ("/devices/{id}", "/devices/7/", {"id": "7"}),
    ("/devices/{id}", "/devices/7?x=1", {"id": "7"}),
    ("/devices/{id}", "/devices/a-b_c.d~e", {"id": "a-b_c.d~e"}),
    ("/devices/{id}", "/devices/a%20b%2Fc+d".replace("+d", ""), {"id": "a b/c"}),
    ("/devices/{id}", "/devices/%C3%A4%FF", {"id": "\u00e4\ufffd"}),
    ("/~{user}", "/~foo", {"user": "foo"}),
    ("/{a}/{b}", "/1/2", {"a": "1", "b": "2"}),
    ("/{a}/x/{b}", "//x/2", {"a": "", "b": "2"}),
    ("/{name}.{ext}", "/photo.png", {"name": "photo", "ext": "png"}),
    ("/{a}-{b}", "/1-2-3", {"a": "1", "b": "2-3"}),
    ("/{x,y}", "/1,2", {"x": "1", "y": "2"}),
    ("/{x,y}", "/1", {"x": "1", "y": ""}),
    ("/{a}/{a}", "/1/1", {"a": "1"}),
    ("/files/{+path}", "/files/a/b+c?d=1", {"path": "a/b+c?d=1"}),
    ("/files/{+path}/end", "/files//end", {"path": ""}),
    ("/search?q={q}", "/search?q=news", {"q": "news"}),
    ("/search?q={q}&n={n}", "/search?q=news&n=5", {"q": "news", "n": "5"}),
    ("/all/*", "/all/of/it?x=1", {}),
    ("/all*", "/all", {}),
    ("/{version}/*", "/v1/of/it", {"version": "v1"}),
]


@pytest.mark.parametrize(("source", "path", "variables"), MATCHES)
def test_a_path_is_matched_with_its_variables_decoded(source, path, variables):
    assert UriPattern(source).match(path) == variables


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/", "/x"),
        ("/devices", "/device"),
        ("/devices", "/devices2"),
        ("/devices", "/devices/7"),
        ("/devices", "/devices//"),
        ("/devices/{id}", "/devices/"),
        ("/devices/{id}", "/devices"),
        ("/devices/{id}", "/devices/7/8"),
        ("/devices/{id}", "/devices/7;8"),
        ("/devices/{id}", "/devices/7+8"),
        ("/{a}/{a}", "/1/2"),
        ("/{x,y}", "/1,2,3"),
        ("/search?q={q}", "/search"),
        ("/search?q={q}", "/search?q=news&n=5"),
        ("/search?q={q}", "/search?n=5"),
        ("/files/{+path}/end", "/files/a/b/end"),
        ("/all/*", "/al"),
        ("/a.b", "/axb"),
    ],
)
def test_another_path_is_not_matched(source, path):
    assert UriPattern(source).match(path) is None


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("/{", "a single brace"),
        ("/a}", "a single brace"),
        ("/{a{b}}", "a single brace"),
        ("/{}", r"has '\{\}'"),
        ("/{?q}", r"has '\{\?q\}'"),
        ("/{#f}", "can be told from each other"),
        ("/{a b}", r"has '\{a b\}'"),
        ("/{a}{b}", "nothing between two braces"),
    ],
)
def test_a_template_that_is_none_is_refused(source, complaint):
    with pytest.raises(ConfigurationError, match=complaint):
        UriPattern(source)


def test_a_long_path_takes_no_longer_than_its_length():
    # Were a variable to give characters back, this would take years.
    pattern = UriPattern("/" + ".".join(f"{{v{n}}}" for n in range(20)) + "/end")
    assert pattern.match("/" + "a." * 15_000) is None
