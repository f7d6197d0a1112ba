import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.flow_tests.reading import read_suite
from apns_connector.flow_tests.suite import Kind
from apns_connector.mediation.xml import SYNAPSE


def problems_of(file):
    with pytest.raises(InvalidDeployment) as raised:
        read_suite(file)
    return [str(problem) for problem in raised.value.problems]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_suite_is_read_with_all_that_it_names(project, tmp_path):
    suite = read_suite(project())
    assert (suite.file, suite.kind, suite.name) == ("test/greet.xml", Kind.SEQUENCE, "Greet")
    assert suite.folder == tmp_path
    assert [document.file for document in suite.documents] == ["flows/Greet.xml", "flows/Names.xml"]
    assert [service.name for service in suite.services] == ["Names"]
    assert [case.name for case in suite.cases] == ["greets"]


def test_endpoints_lead_to_the_mock_services_and_calls_of_a_sequence_block(project):
    suite = read_suite(project())
    sequence, endpoint = (document.element for document in suite.documents)
    assert endpoint[0].get("uri-template") == "http://localhost:9090/v1/names/{uri.var.id}"
    assert sequence.find(f"{{{SYNAPSE}}}call").get("blocking") == "true"


def test_calls_of_a_proxy_do_not_block(project):
    proxy = (
        f"<proxy xmlns='{SYNAPSE}' name='P'><target><inSequence><call/></inSequence></target>"
        "</proxy>"
    )
    cases = (
        "<test-case><assertions><assertNotNull><actual>$body</actual></assertNotNull></assertions>"
        "</test-case>"
    )
    suite = read_suite(project({"flows/P.xml": proxy}, artifact="flows/P.xml", cases=cases))
    assert suite.kind is Kind.PROXY
    (call,) = suite.documents[0].element.iter(f"{{{SYNAPSE}}}call")
    assert call.get("blocking") is None


def test_artifacts_and_mock_services_may_be_written_inline(project):
    mock = (
        "<service-name>S</service-name><port>1</port><context>/</context><resources><resource>"
        "<response><status-code>200</status-code></response></resource></resources>"
    )
    sequence = f"<sequence xmlns='{SYNAPSE}' name='Inline'/>"
    suite = read_suite(project(artifact=sequence, mocks=mock))
    assert (suite.name, suite.documents[0].file) == ("Inline", "test/greet.xml")
    assert suite.services[0].port == 1


def test_registry_resources_lie_where_the_file_says(project):
    resource = (
        "<registry-resources><registry-resource><file-name>a.json</file-name>"
        "<artifact>files/a.json</artifact><registry-path>/_system/governance/custom</registry-path>"
        "<media-type>application/json</media-type></registry-resource></registry-resources>"
    )
    suite = read_suite(project({"files/a.json": "{}"}, more=resource))
    (path, mounted), = suite.resources.items()  # fmt: skip
    assert path == "governance/custom/a.json"
    assert (mounted.media_type, mounted.file) == ("application/json", "files/a.json")


def test_all_that_is_wrong_is_told_at_once(project):
    more = (
        "<registry-resources><registry-resource><file-name>a</file-name><artifact>no/a</artifact>"
        "<registry-path>../..</registry-path></registry-resource></registry-resources>\n"
        "<connector-resources><connector-resource>no.zip</connector-resource>"
        "<connector-resource/></connector-resources><mediator-mocks/>"
    )
    file = project(supportive=("flows/None.xml",), mocks="no/mock.xml", cases="", more=more)
    assert problems_of(file) == [
        "test/greet.xml:1: <unit-test> needs <test-cases> with a <test-case>",
        "test/greet.xml:4: there is no file flows/None.xml in a folder above this one",
        "test/greet.xml:6: there is no file no/a in a folder above this one",
        "test/greet.xml:7: <mediator-mocks> is nothing that a <artifacts> holds",
        "test/greet.xml:7: there is no file no.zip in a folder above this one",
        "test/greet.xml:7: <connector-resource> names no file",
        "test/greet.xml:10: there is no file no/mock.xml in a folder above this one",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<unit-test", "test/greet.xml:1: The document is not well-formed"),
        ("<sequence/>", "test/greet.xml:1: the root of a unit test is <unit-test>, not <sequence>"),
        ("<unit-test/>", "test/greet.xml:1: <unit-test> needs <artifacts>"),
        ("<unit-test>\n<artifacts/></unit-test>",
         "test/greet.xml:2: <artifacts> needs one <test-artifact> with one <artifact>"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_unit_test_is_told(project, content, problem):
    file = project({"test/greet.xml": content})
    assert problems_of(file)[0].startswith(problem)


def test_an_artifact_of_another_kind_cannot_be_tested(project):
    (problem,) = problems_of(project(artifact="flows/Names.xml"))
    assert "a sequence, proxy or api can be tested, not" in problem


def test_an_artifact_that_is_no_xml_is_told_with_its_own_line(project):
    (problem,) = problems_of(project({"flows/Names.xml": "<endpoint>\n<a></endpoint>"}))
    assert problem.startswith("flows/Names.xml:2: ")


def test_a_registry_path_that_leads_out_is_told(project):
    more = (
        "<registry-resources><registry-resource><file-name>Greet.xml</file-name>"
        "<artifact>flows/Greet.xml</artifact><registry-path>gov:../x</registry-path>"
        "</registry-resource></registry-resources>"
    )
    (problem,) = problems_of(project(more=more))
    assert "leads out of the registry" in problem


def test_a_connector_that_is_no_archive_is_told(project):
    more = (
        "<connector-resources><connector-resource>c.zip</connector-resource></connector-resources>"
    )
    (problem,) = problems_of(project({"c.zip": "nothing"}, more=more))
    assert problem.startswith("c.zip: the archive cannot be read")
