import pytest

from apns_connector.flow_tests.case_reading import read_case
from apns_connector.flow_tests.node import Node
from apns_connector.flow_tests.suite import InputProperty, Kind
from apns_connector.mediation import xml

ASSERTIONS = """<assertions>
<assertEquals><actual>$body</actual><expected><![CDATA[<a/>]]></expected><message>M</message>
</assertEquals>
<assertNotNull><actual>$trp:A</actual></assertNotNull>
</assertions>"""


def read(text, kind=Kind.SEQUENCE):
    node = Node(xml.parse(text.encode()), "t.xml", [])
    return read_case(node, kind, "test case 1"), [str(problem) for problem in node.problems]


def test_a_whole_case_is_read():
    case, problems = read(
        "<test-case name='n'><input><payload>{}</payload><request-path>/p</request-path>"
        "<request-method>put</request-method><request-protocol>HTTPS</request-protocol>"
        "<properties><property name='A' value='1' scope='transport'/></properties></input>"
        f"{ASSERTIONS}</test-case>",
        Kind.API,
    )
    assert problems == []
    given = case.input
    assert (case.name, case.line) == ("n", 1)
    assert (given.payload, given.path, given.method, given.scheme) == ("{}", "/p", "PUT", "https")
    assert given.properties == (InputProperty("A", "1", "transport"),)
    assert [(a.name, a.actual.source, a.expected, a.message, a.line) for a in case.assertions] == [
        ("assertEquals", "$body", "<a/>", "M", 2),
        ("assertNotNull", "$trp:A", None, "", 4),
    ]


def test_a_case_without_name_and_input_is_one_too():
    case, problems = read(f"<test-case>{ASSERTIONS}</test-case>")
    assert (case.name, case.input.payload, problems) == ("test case 1", None, [])


def test_an_expected_value_may_be_empty():
    case, problems = read(
        "<test-case><assertions><assertEquals><actual>$body</actual><expected/></assertEquals>"
        "</assertions></test-case>"
    )
    assert (case.assertions[0].expected, problems) == ("", [])


@pytest.mark.parametrize(
    ("inside", "kind", "problem"),
    [
        ("", Kind.API, "<test-case> needs an assertion: without one it cannot fail"),
        ("<assertions><assertEquals><actual>$body</actual></assertEquals></assertions>",
         Kind.API, "<assertEquals> needs a <expected>"),
        ("<assertions><assertNotNull/></assertions>", Kind.API,
         "<assertNotNull> needs a <actual>"),
        (f"<input><request-protocol>ftp</request-protocol></input>{ASSERTIONS}", Kind.PROXY,
         "the <request-protocol> 'ftp' is neither http nor https"),
        ("<input><properties><property name='a' value='1' scope='func'/></properties></input>"
         f"{ASSERTIONS}", Kind.SEQUENCE,
         "the scope 'func' is none of default, axis2, transport"),
        ("<input><properties><property name='a' value='1'/></properties></input>"
         f"{ASSERTIONS}", Kind.PROXY,
         "a request carries transport properties (headers) and no others"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_case_is_told(inside, kind, problem):
    _, problems = read(f"<test-case>{inside}</test-case>", kind)
    assert f"t.xml:1: {problem}" in problems


def test_an_actual_that_cannot_be_read_is_told():
    assert read("<test-case>\n<assertions><assertNotNull><actual>//[</actual></assertNotNull>"
                "</assertions></test-case>")[1][0].startswith("t.xml:2: ")  # fmt: skip
