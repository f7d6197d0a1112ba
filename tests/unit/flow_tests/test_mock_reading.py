from apns_connector.flow_tests.mock_reading import read_mock_service
from apns_connector.flow_tests.mock_service import MockResource, MockService
from apns_connector.flow_tests.node import Node
from apns_connector.mediation import xml


def read(text: str) -> tuple[MockService, list[str]]:
    node = Node(xml.parse(text.encode()), "mock.xml", [])
    return read_mock_service(node), [str(problem) for problem in node.problems]


def test_a_whole_mock_service_is_read():
    service, problems = read(
        "<mock-service><service-name>S</service-name><port>9090</port><context>/c</context>"
        "<resources><resource><sub-context>/x</sub-context><method>post</method>"
        "<request><payload>in</payload><headers><header name='A' value='1'/></headers></request>"
        "<response><status-code>201</status-code><payload>out</payload>"
        "<headers><header name='B' value='2'/></headers></response></resource></resources>"
        "</mock-service>"
    )
    assert problems == []
    resource = MockResource("/x", "POST", 201, "out", (("B", "2"),), "in", (("A", "1"),))
    assert service == MockService("S", 9090, "/c", (resource,))


def test_what_a_mock_service_lacks_is_told():
    _, problems = read(
        "<mock-service><port>x</port><context>/</context><resources>\n<resource/></resources>"
        "</mock-service>"
    )
    assert sorted(problems) == [
        "mock.xml:1: <mock-service> needs a <service-name>",
        "mock.xml:1: the <port> 'x' is no number",
        "mock.xml:2: <resource> needs a <response>",
    ]
    assert read("<mock-service><service-name>S</service-name><port>1</port><context>/</context>"
                "</mock-service>")[1] == [
        "mock.xml:1: <mock-service> needs <resources> with a <resource>"
    ]  # fmt: skip
