import pytest

from apns_connector.flow_tests.comparison import is_same


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("true", " true\n"),
        ("one\n  two", "onetwo"),
        ("<a>\n  <b x='1' y='2'/>\n</a>", '<a><b y="2" x="1"></b></a>'),
        ("<p:a xmlns:p='urn:p' xmlns:unused='urn:u'/>", "<p:a xmlns:p='urn:p'/>"),
        ("<a/>", "<?xml version='1.0' encoding='UTF-8'?><a/>"),
        ('{"a": 1, "b": [true, null]}', '{"b":[true,null],"a":1}'),
        ("{not json}", "{not json}"),
    ],
)
def test_what_means_the_same_is_the_same(expected, actual):
    assert is_same(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("true", "false"),
        ("Hello World", "HelloWorld"),
        ("<a>1</a>", "<a>2</a>"),
        ("<a xmlns='urn:a'/>", "<a/>"),
        ("[1, 2]", "[2, 1]"),
        ('{"a": 1}', '{"a": "1"}'),
        ("<a", "<b"),
        ("{a", "{b"),
        ("<a/>", '{"a": 1}'),
    ],
)
def test_what_means_something_else_is_not(expected, actual):
    assert not is_same(expected, actual)
