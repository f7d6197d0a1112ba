from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.errors import ContentError, ContentNotSupported
from apns_connector.mediation.bodies.content_type import read_content_type

TOKEN = st.text("abcXYZ019-_.+", min_size=1, max_size=12)
VALUE = st.text("abc XYZ;=<>@/\\\"'019", max_size=20)


@pytest.mark.parametrize(
    ("header", "media_type", "parameters"),
    [
        ("text/xml", "text/xml", {}),
        (" Text/XML ; Charset=UTF-8 ", "text/xml", {"charset": "UTF-8"}),
        ("text/xml;charset=utf-8;", "text/xml", {"charset": "utf-8"}),
        (
            'application/soap+xml; action="urn:a;b"; charset=UTF-8',
            "application/soap+xml",
            {"action": "urn:a;b", "charset": "UTF-8"},
        ),
        (
            "multipart/related; boundary=----=_Part_0_12.34; type=text/xml; start=<root@x>",
            "multipart/related",
            {"boundary": "----=_Part_0_12.34", "type": "text/xml", "start": "<root@x>"},
        ),
        (r'a/b; c="say \"hi\" \\ there"', "a/b", {"c": r"say " + '"hi" \\ there'}),
        ('a/b; c=""', "a/b", {"c": ""}),
    ],
)
def test_a_content_type_gives_its_media_type_and_parameters(header, media_type, parameters):
    content_type = read_content_type(header)
    assert content_type.media_type == media_type
    assert content_type.parameters == parameters


@pytest.mark.parametrize(
    "header",
    ["", "xml", "text/", "/xml", "text/xml charset=utf-8", 'a/b; c="open', "a/b; =c", "a/b; c=d e"],
)
def test_a_header_without_sense_is_refused_as_a_bad_request(header):
    with pytest.raises(ContentError):
        read_content_type(header)


def test_a_parameter_given_twice_is_refused_because_readers_differ_about_it():
    with pytest.raises(ContentError, match="two parameters 'boundary'"):
        read_content_type("multipart/related; boundary=a; Boundary=b")


@pytest.mark.parametrize("charset", ["UTF-8", "utf-16", "UTF-16LE", "iso-8859-15", "windows-1252"])
def test_a_usual_charset_is_read(charset):
    assert read_content_type(f"text/xml; charset={charset}").charset == charset


@pytest.mark.parametrize("charset", ["idna", "rot13", "utf-7", "zlib", "x" * 300, "../utf-8"])
def test_a_charset_outside_the_list_is_refused_as_unsupported(charset):
    with pytest.raises(ContentNotSupported, match="is not supported: send UTF-8"):
        _ = read_content_type(f"text/xml; charset={charset}").charset


@settings(deadline=None)  # the speed of a busy machine is not what is tested
@given(TOKEN, TOKEN, st.dictionaries(TOKEN.map(str.lower), VALUE, max_size=4))
def test_quoted_parameters_are_read_as_the_standard_library_reads_them(major, minor, parameters):
    header = f"{major}/{minor}" + "".join(
        '; {}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"'))
        for name, value in parameters.items()
    )
    oracle = Message()
    oracle["Content-Type"] = header
    content_type = read_content_type(header)
    for name, value in parameters.items():
        assert content_type.parameters[name] == value
    if not any(";" in value or "\\" in value for value in parameters.values()):
        assert {name: oracle.get_param(name) for name in parameters} == content_type.parameters
