from lxml import etree

from apns_connector.errors import ConfigurationError
from apns_connector.flow_tests.junit import write_junit
from apns_connector.flow_tests.results import CaseResult, Failure, SuiteResult

# What Jenkins, GitLab and others read of the form.
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
 <xs:attributeGroup name="counts">
  <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
  <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
  <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
  <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
  <xs:attribute name="time" type="xs:decimal"/>
 </xs:attributeGroup>
 <xs:complexType name="trouble"><xs:simpleContent><xs:extension base="xs:string">
  <xs:attribute name="message" type="xs:string"/>
  <xs:attribute name="type" type="xs:string" use="required"/>
 </xs:extension></xs:simpleContent></xs:complexType>
 <xs:element name="testsuites"><xs:complexType>
  <xs:sequence><xs:element name="testsuite" maxOccurs="unbounded"><xs:complexType>
   <xs:sequence><xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
    <xs:choice minOccurs="0">
     <xs:element name="failure" type="trouble"/><xs:element name="error" type="trouble"/>
    </xs:choice>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="classname" type="xs:string" use="required"/>
    <xs:attribute name="file" type="xs:string"/>
    <xs:attribute name="line" type="xs:positiveInteger"/>
    <xs:attribute name="time" type="xs:decimal"/>
   </xs:complexType></xs:element></xs:sequence>
   <xs:attribute name="name" type="xs:string" use="required"/>
   <xs:attributeGroup ref="counts"/>
  </xs:complexType></xs:element></xs:sequence>
  <xs:attributeGroup ref="counts"/>
 </xs:complexType></xs:element>
</xs:schema>"""
TOKEN = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
RESULTS = [
    SuiteResult(
        "a.xml",
        "A",
        (
            CaseResult("good", 3, seconds=0.25),
            CaseResult(
                "bad",
                9,
                (
                    Failure("assertEquals", "$body", "<x>", f"\x00 {TOKEN}", "Not equal", 12),
                    Failure("assertNotNull", "$ctx:x", None, None, "", 15),
                ),
                notes=("no mock service stands in for x",),
            ),
            CaseResult("stopped", 20, problem="the sequence failed"),
        ),
    ),
    SuiteResult("b.xml", problems=(ConfigurationError("no", "b.xml", 2), ConfigurationError("n"))),
]


def test_the_document_is_valid():
    schema = etree.XMLSchema(etree.fromstring(SCHEMA))
    schema.assertValid(etree.fromstring(write_junit(RESULTS)))


def test_all_results_are_counted():
    root = etree.fromstring(write_junit(RESULTS))
    assert dict(root.attrib) == {
        "tests": "4", "failures": "1", "errors": "2", "skipped": "0", "time": "0.250",
    }  # fmt: skip
    assert [suite.get("tests") for suite in root] == ["3", "1"]


def test_a_failure_tells_all_that_is_known():
    (failure,) = etree.fromstring(write_junit(RESULTS)).iter("failure")
    assert failure.get("message") == "Not equal"
    assert failure.text.splitlines() == [
        "a.xml:12: assertEquals $body: Not equal",
        "  expected: <x>",
        f"  actual:   \ufffd …{TOKEN[-8:]}",
        "a.xml:15: assertNotNull $ctx:x",
        "  actual:   nothing",
        "no mock service stands in for x",
    ]


def test_a_flow_that_failed_and_a_file_with_problems_are_errors():
    first, second = etree.fromstring(write_junit(RESULTS)).iter("error")
    assert first.text == "the sequence failed"
    assert second.text == "b.xml:2: no\nn"
