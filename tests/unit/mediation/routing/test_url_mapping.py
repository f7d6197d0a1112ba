"""url-mapping, as of a servlet."""

import pytest

from apns_connector.mediation.routing.url_mapping import UrlMapping


@pytest.mark.parametrize(
    ("source", "path", "is_exact"),
    [
        ("/a", "/a", True),
        ("/a", "/a/", True),
        ("/a/", "/a", True),
        ("/", "/", True),
        ("/a", "/a/b", False),
        ("/a", "/A", False),
        ("/a/*", "/a", False),
        ("*.xml", "/a.xml", False),
    ],
)
def test_a_path_is_the_mapping_but_for_a_slash_at_its_end(source, path, is_exact):
    assert UrlMapping(source).is_exact(path) is is_exact


@pytest.mark.parametrize(
    ("source", "path", "length"),
    [
        ("/a/*", "/a/b", 3),
        ("/a/*", "/a", 3),
        ("/a/b/*", "/a/b/c/d", 5),
        ("/*", "/anything", 1),
        ("/a/*", "/ab", 0),
        ("/a/*", "/b/a/c", 0),
        ("/a", "/a/b", 0),
        ("*.xml", "/a.xml", 0),
    ],
)
def test_a_prefix_takes_what_is_below_it(source, path, length):
    assert UrlMapping(source).prefix_length(path) == length


def test_an_extension_takes_every_path_that_ends_so():
    mapping = UrlMapping("*.xml")
    assert mapping.is_extension("/a/b.xml")
    assert not mapping.is_extension("/a/b.json")
    assert not mapping.is_extension("/a.xml/b")
    assert not UrlMapping("/a.xml").is_extension("/a.xml")
