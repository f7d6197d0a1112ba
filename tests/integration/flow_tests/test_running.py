"""Whole unit-test files, against the simulator."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from apns_connector.flow_tests import Apple, Status, SuiteResult, run_file
from apns_connector.mediation.xml import SYNAPSE
from apns_connector.own_library import own_library
from apns_connector.simulator import SPECIAL_TOKENS, Silence

TOKEN = "ab" * 32
SILENT = next(row.device_token() for row in SPECIAL_TOKENS if isinstance(row.behaviour, Silence))


def run(file: Path, case_seconds: float = 30.0) -> SuiteResult:
    async def running() -> SuiteResult:
        async with Apple() as apple:
            return await run_file(file, apple, [own_library()], {}, case_seconds)

    return asyncio.run(running())


@pytest.fixture
def suite(tmp_path: Path):
    """``suite(artifact, cases)``: a unit-test file with the artifact inline."""

    def make(artifact: str, *cases: str, more: str = "", mocks: str = "") -> Path:
        supportive = f"<artifact>{more}</artifact>" if more else ""
        file = tmp_path / "test.xml"
        file.write_text(
            f"<unit-test><artifacts><test-artifact><artifact>{artifact}</artifact></test-artifact>"
            f"<supportive-artifacts>{supportive}</supportive-artifacts></artifacts>"
            f"<test-cases>{''.join(cases)}</test-cases><mock-services>{mocks}</mock-services>"
            "</unit-test>"
        )
        return file

    return make


def sequence(body: str) -> str:
    return f'<sequence xmlns="{SYNAPSE}" name="S">{body}</sequence>'


def case(actual: str, expected: str, given: str = "") -> str:
    return (
        f"<test-case name='n'><input>{given}</input><assertions><assertEquals>"
        f"<actual>{actual}</actual><expected>{expected}</expected><message>differs</message>"
        "</assertEquals></assertions></test-case>"
    )


INIT = (
    f'<localEntry xmlns="{SYNAPSE}" key="Apns"><apns.init><destination>production</destination>'
    "<certificateFetchMethod>registry</certificateFetchMethod>"
    "<certificateRegistryPath>gov:/push.p12</certificateRegistryPath>"
    "<password>{wso2:vault-lookup('push')}</password><topic>org.example.shop</topic>"
    "</apns.init></localEntry>"
)
PUSH = (
    "<apns.dispatchToDevice configKey='Apns'><deviceToken>{$ctx:token}</deviceToken>"
    "<alert>{$ctx:alert}</alert></apns.dispatchToDevice>"
)


def test_each_case_starts_from_nothing_and_sees_its_own_notifications(suite):
    def pushes(alert: str) -> str:
        return (
            f"<properties><property name='token' value='{TOKEN}'/>"
            f"<property name='alert' value='{alert}'/></properties>"
        )

    result = run(suite(
        sequence(PUSH),
        case("$apns:$[*].payload.aps.alert", '["one"]', pushes("one")),
        case("$apns:$[*].payload.aps.alert", '["two"]', pushes("two")),
        case("$apns:$[0].headers['apns-topic']", "org.example.shop", pushes("three")),
        more=INIT,
    ))  # fmt: skip
    assert result.problems == ()
    assert [one.failures for one in result.cases] == [(), (), ()]
    assert result.passed


def test_a_push_of_a_flow_of_its_own_is_waited_for(suite):
    clone = f"<clone><target><sequence>{PUSH}</sequence></target></clone>"
    given = (
        f"<properties><property name='token' value='{TOKEN}'/>"
        "<property name='alert' value='x'/></properties>"
    )
    result = run(suite(sequence(clone), case("$apns:$.length()", "1", given), more=INIT))
    assert result.passed, result


def test_every_assertion_that_does_not_hold_is_told(suite):
    body = "<property name='a' value='1'/>"
    both = (
        "<test-case><assertions><assertEquals><actual>$ctx:a</actual><expected>2</expected>"
        "<message>M</message></assertEquals><assertNotNull><actual>$ctx:b</actual></assertNotNull>"
        "</assertions></test-case>"
    )
    (found,) = run(suite(sequence(body), both)).cases
    assert found.status is Status.FAILED
    told = [(one.assertion, one.expected, one.actual, one.message) for one in found.failures]
    assert told == [("assertEquals", "2", "1", "M"), ("assertNotNull", None, None, "")]


def test_a_flow_that_fails_is_an_error_that_names_its_place(suite):
    body = '<throwError type="T" errorMessage="out of order"/>'
    (found,) = run(suite(sequence(body), case("$body", ""))).cases
    assert found.status is Status.ERROR
    assert "out of order" in found.problem
    assert "test.xml:1" in found.problem


def test_the_answer_of_a_sequence_is_what_it_leaves(suite):
    body = (
        "<payloadFactory media-type='json'><format>{\"a\": 1}</format><args/></payloadFactory>"
        "<respond/>"
    )
    result = run(suite(sequence(body), case("$body", '{"a":1}', "<payload>hello</payload>")))
    assert result.passed, result


def test_a_soap_fault_fails_a_call_of_a_sequence(suite):
    fault = (
        "<![CDATA[<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>"
        "<e:Fault><faultcode>e:Server</faultcode><faultstring>closed</faultstring></e:Fault>"
        "</e:Body></e:Envelope>]]>"
    )
    mock = (
        "<mock-service><service-name>E</service-name><port>9090</port><context>/c</context>"
        "<resources><resource><sub-context>/</sub-context><method>POST</method><response>"
        f"<status-code>500</status-code><payload>{fault}</payload></response></resource>"
        "</resources></mock-service>"
    )
    body = '<call><endpoint name="E"><address uri="http://e.example/c"/></endpoint></call>'
    (found,) = run(suite(sequence(body), case("$body", ""), mocks=mock)).cases
    assert found.problem is not None
    assert "closed" in found.problem


def test_a_backend_without_mock_service_is_told(suite):
    body = '<call><endpoint><address uri="http://e.example/c"/></endpoint></call>'
    (found,) = run(suite(sequence(body), case("$body", ""))).cases
    assert found.notes == ("no mock service stands in for http://e.example, which was not asked",)


def test_a_flow_that_does_not_end_is_given_up(suite):
    given = (
        f"<properties><property name='token' value='{SILENT}'/>"
        "<property name='alert' value='x'/></properties>"
    )
    file = suite(sequence(PUSH), case("$body", "", given), more=INIT)
    (found,) = run(file, case_seconds=0.5).cases
    assert found.problem == "the flow has not ended within 0.5 seconds"


def test_a_payload_that_cannot_be_read_is_an_error(suite):
    given = (
        "<payload>{</payload><properties><property name='Content-Type' scope='transport'"
        " value='application/json'/></properties>"
    )
    (found,) = run(suite(sequence(""), case("$body", "", given))).cases
    assert found.problem.startswith("the payload cannot be read as application/json: ")


def test_what_is_wrong_with_an_artifact_is_said_once(suite):
    result = run(suite(sequence("<lgo/>"), case("$body", ""), case("$body", "")))
    assert result.cases == ()
    assert "Unknown mediator" in str(result.problems[0])
    assert result.count(Status.ERROR) == 1


def test_a_file_that_is_no_unit_test_is_an_error(tmp_path):
    (tmp_path / "test.xml").write_text("<a/>")
    result = run(tmp_path / "test.xml")
    assert "the root of a unit test" in str(result.problems[0])


def test_a_flow_with_a_store_goes_on_behind_it(suite):
    store = f'<messageStore xmlns="{SYNAPSE}" name="M" class="org.example.AnyStore"/>'
    body = "<store messageStore='M'/><property name='stored' value='yes'/>"
    result = run(suite(sequence(body), case("$ctx:stored", "yes"), more=store))
    assert result.cases[0].status is Status.PASSED, result
