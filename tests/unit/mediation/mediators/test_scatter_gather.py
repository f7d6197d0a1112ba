"""``<scatter-gather>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message


class Gate:
    """A class mediator that lets nobody through before ``open`` is called."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def mediate(self, message: Message) -> bool:
        await self._event.wait()
        return True

    def open(self) -> None:
        self._event.set()


@pytest.fixture
def run(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> Callable[..., tuple[Message, bool]]:
    def run(mediators: str, payload: Any = "<r/>", definitions: str = "") -> tuple[Message, bool]:
        async def flow() -> tuple[Message, bool]:
            gate = Gate()
            configuration = deploy(
                f"{definitions}<sequence name='tested'>{mediators}</sequence>",
                classes={"gate": lambda: gate},
            )
            message = new_message("<r/>", configuration=configuration)
            if isinstance(payload, str):
                message = new_message(payload, configuration=configuration)
            else:
                message.replace_json(payload)
            sequence = configuration.sequence("tested")
            assert sequence is not None
            result = await sequence.mediate(message)
            gate.open()
            await configuration.background.finish(60)
            return message, result

        return asyncio.run(flow())

    return run


Run = Callable[..., tuple[Message, bool]]


def json(value: Any) -> str:
    return (
        f"<sequence><payloadFactory media-type='json'><format>{value}</format></payloadFactory>"
        "</sequence>"
    )


ONE, TWO = json('{"n": 1}'), json('{"n": 2}')
NEVER = "<sequence><class name='gate'/></sequence>"
FAILS = "<sequence><throwError errorMessage='no'/></sequence>"


def scatter(
    sequences: str,
    aggregation: str = "",
    attributes: str = "target='Body' result-type='JSON'",
    expression: str = "${payload.n}",
) -> str:
    return (
        f"<scatter-gather {attributes}><aggregation expression='{expression}' {aggregation}/>"
        f"{sequences}</scatter-gather>"
    )


@pytest.mark.parametrize("parallel", ["true", "false"])
def test_the_results_of_all_become_the_payload(run: Run, parallel: str) -> None:
    attributes = f"target='Body' result-type='JSON' parallel-execution='{parallel}'"
    message, result = run(scatter(ONE + TWO, attributes=attributes))
    assert message.json == [1, 2]
    assert message.properties.axis2["messageType"] == "application/json"
    assert result is True


def test_they_may_become_a_variable(run: Run) -> None:
    attributes = "target='variable' target-variable='v' result-type='JSON'"
    message, _ = run(scatter(ONE + TWO, attributes=attributes, expression="${payload}"))
    assert message.variables["v"] == [{"n": 1}, {"n": 2}]
    assert message.payload is not None
    assert message.payload.tag == "r"


def test_they_may_become_xml(run: Run) -> None:
    attributes = "target='body' result-type='XML' root-element='all'"
    message, _ = run(
        scatter("<sequence/><sequence/>", attributes=attributes, expression="//a"),
        "<r><a>1</a></r>",
    )
    assert xml.text_of(message.body[0]) == "<all><a>1</a><a>1</a></all>"
    assert len(message.body) == 1
    assert message.properties.axis2["messageType"] == "application/xml"


def test_a_text_may_be_an_element(run: Run) -> None:
    attributes = "target='body' result-type='XML' root-element='all'"
    message, _ = run(scatter("<sequence/>", attributes=attributes, expression="string(//a)"),
                     "<r><a>&lt;b/&gt;</a></r>")  # fmt: skip
    assert xml.text_of(message.body[0]) == "<all><b/></all>"
    with pytest.raises(MediationError, match="Error reading XML element"):
        run(scatter("<sequence/>", attributes=attributes, expression="string(//a)"))


def test_what_is_no_json_is_a_text_in_it(run: Run) -> None:
    message, _ = run(scatter("<sequence/>", expression="//a"), "<r><a>1</a></r>")
    assert message.json == ["1"]


@pytest.mark.parametrize("enough", ["min-messages='1'", "max-messages='1'"])
def test_fewer_may_be_enough(run: Run, enough: str) -> None:
    message, result = run(scatter(NEVER + TWO, enough))
    assert (message.json, result) == ([2], True)


def test_only_those_count_that_meet_a_condition(run: Run) -> None:
    aggregation = "condition='${payload.n == 2}' min-messages='1'"
    assert run(scatter(ONE + TWO, aggregation))[0].json == [2]


@pytest.mark.parametrize("sequences", [ONE + FAILS, ONE + "<sequence><drop/></sequence>", FAILS])
def test_too_few_end_the_flow(run: Run, sequences: str) -> None:
    message, result = run(scatter(sequences))
    assert result is False
    assert not message.has_json


def test_with_a_timeout_too_few_are_enough(run: Run) -> None:
    message, result = run(scatter(ONE + FAILS, "timeout='60000'"))
    assert (message.json, result) == ([1], True)


def test_when_the_time_is_over_what_there_is_counts(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    message, result = run(scatter(ONE + NEVER, "timeout='1'"))
    assert (message.json, result) == ([1], True)
    assert "timed out with 1 results" in caplog.text
    assert run(scatter(NEVER, "timeout='1'"))[1] is False


def test_what_a_copy_does_to_its_properties_stays_there(run: Run) -> None:
    sets = "<sequence><property name='p' value='1'/></sequence>"
    message, _ = run(scatter(sets, expression="${props.synapse.p}"))
    assert message.json == [1]
    assert message.properties.default == {}


def test_a_failure_in_a_copy_is_handled_there(run: Run) -> None:
    handled = "<sequence name='fault'><respond/></sequence>"
    message, result = run(scatter(FAILS), definitions=handled)
    response = message.exchange.take_response()
    assert response is not None
    assert response.properties.get("ERROR_MESSAGE") == "no"
    assert result is False


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<scatter-gather/>", "needs <sequence> and <aggregation>"),
        (scatter(ONE, attributes="target='body'"), "'result-type'"),
        (scatter(ONE, attributes="result-type='JSON'"), "'target'"),
        (scatter(ONE, attributes="target='x' result-type='JSON'"), "'x' is not body or variable"),
        (scatter(ONE, attributes="target='variable' result-type='JSON'"), "'target-variable'"),
        (scatter(ONE, attributes="target='body' result-type='XML'"), "'root-element'"),
        (scatter(ONE, "timeout='1s'"), "timeout '1s'"),
        (scatter(ONE, "condition='//['"), "XPath"),
        (scatter(ONE, expression=""), "'expression'"),
    ],
)
def test_what_is_wrong_is_told(run: Run, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        run(content)
