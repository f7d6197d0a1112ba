"""Tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.schedule import Interval, Once

Deploy = Callable[..., Configuration]
OLD = "http://www.wso2.org/products/wso2commons/tasks"


def task(properties: str, trigger: str = "", attributes: str = "") -> str:
    return f"<task name='T' {attributes}>{trigger}{properties}</task>"


MESSAGE = "<property name='message'><m xmlns=''>1</m></property>"


class Look:
    """A class mediator that keeps the last message."""

    def __init__(self) -> None:
        self.message: Any = None

    async def mediate(self, message: Any) -> bool:
        self.message = message
        return True


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def inject(deploy: Deploy, look: Look) -> Callable[..., Any]:
    """Deploys a task, runs it once, and gives the message that its flow saw."""

    def run(properties: str, definitions: str = "") -> Any:
        sequence = "<sequence name='S'><class name='look'/></sequence>"
        configuration = deploy(
            task(properties) + sequence + definitions, classes={"look": lambda: look}
        )
        asyncio.run(configuration.tasks["T"].injection.run(configuration))
        return look.message

    return run


TO_SEQUENCE = (
    "<property name='injectTo' value='sequence'/><property name='sequenceName' value='S'/>"
)


def test_a_message_is_put_into_a_sequence(inject: Callable[..., Any]) -> None:
    message = inject(MESSAGE + TO_SEQUENCE)
    assert message.payload.tag == "m"
    assert message.soap_version.name == "SOAP12"
    assert not message.pox


def test_without_a_target_it_is_put_into_main(inject: Callable[..., Any]) -> None:
    main = "<sequence name='main'><class name='look'/></sequence>"
    assert inject(MESSAGE, main).payload.tag == "m"


def test_a_message_is_put_into_a_proxy(inject: Callable[..., Any]) -> None:
    proxy = "<proxy name='P'><target inSequence='S'/></proxy>"
    to = "<property name='injectTo' value='proxy'/><property name='proxyName' value='P'/>"
    assert inject(MESSAGE + to, proxy).service.name == "P"


@pytest.mark.parametrize(
    ("form", "version", "pox"),
    [
        ("soap11", "SOAP11", False),
        ("soap12", "SOAP12", False),
        ("pox", "SOAP11", True),
        ("get", "SOAP11", True),
    ],
)
def test_the_format_says_what_is_around_the_payload(
    inject: Callable[..., Any], form: str, version: str, pox: bool
) -> None:
    message = inject(MESSAGE + TO_SEQUENCE + f"<property name='format' value='{form}'/>")
    assert (message.soap_version.name, message.pox) == (version, pox)


def test_the_message_has_the_address_and_the_action_of_the_task(
    inject: Callable[..., Any],
) -> None:
    message = inject(
        MESSAGE
        + TO_SEQUENCE
        + "<property name='to' value='http://h'/><property name='soapAction' value='urn:a'/>"
    )
    assert (message.to, message.action) == ("http://h", "urn:a")


def test_a_message_may_be_text_or_lie_under_a_key(inject: Callable[..., Any]) -> None:
    assert inject("<property name='message' value='&lt;t/&gt;'/>" + TO_SEQUENCE).payload.tag == "t"


def test_a_message_may_lie_under_a_key(inject: Callable[..., Any]) -> None:
    entry = "<localEntry key='K'><k xmlns=''/></localEntry>"
    key = "<property name='registryKey' value='K'/>"
    assert inject(key + TO_SEQUENCE, entry).payload.tag == "k"


def test_each_message_is_one_of_its_own(inject: Callable[..., Any], look: Look) -> None:
    first = inject(MESSAGE + TO_SEQUENCE)
    first.payload.text = "changed"
    asyncio.run(first.configuration.tasks["T"].injection.run(first.configuration))
    assert look.message.payload.text == "1"


def test_properties_of_old_files_are_in_a_namespace_of_their_own(
    inject: Callable[..., Any],
) -> None:
    old = (
        f"<t:property xmlns:t='{OLD}' t:name='message'><m xmlns=''/></t:property>"
        f"<t:property xmlns:t='{OLD}' name='injectTo' value='sequence'/>"
        f"<t:property xmlns:t='{OLD}' t:name='sequenceName' t:value='S'/>"
    )
    assert inject(old).payload.tag == "m"


def test_the_fault_sequence_handles_what_goes_wrong(inject: Callable[..., Any]) -> None:
    broken = (
        "<sequence name='B'><throwError type='E' errorMessage='x'/></sequence>"
        "<sequence name='fault'><class name='look'/></sequence>"
    )
    message = inject(MESSAGE + TO_SEQUENCE.replace("'S'", "'B'"), broken)
    assert message.properties.get("ERROR_CODE") == "E"


def test_a_fault_sequence_that_fails_leaves_nobody_to_handle_it(
    inject: Callable[..., Any],
) -> None:
    broken = "<sequence name='fault'><throwError type='E' errorMessage='worse'/></sequence>"
    with pytest.raises(MediationError, match="worse"):
        inject(
            MESSAGE + TO_SEQUENCE.replace("'S'", "'B'"),
            broken + "<sequence name='B'><throwError type='E' errorMessage='x'/></sequence>",
        )


def test_schedules_are_read_with_the_task(deploy: Deploy) -> None:
    tasks = deploy(task(MESSAGE, "<trigger interval='5'/>")).tasks
    assert tasks["T"].schedule == Interval(5)
    assert deploy(task(MESSAGE)).tasks["T"].schedule == Once()


def test_a_task_is_the_same_as_long_as_its_text_and_its_values_are(deploy: Deploy) -> None:
    text = task(MESSAGE, "<trigger interval='$SYSTEM:EVERY'/>")
    first = deploy(text, environment={"EVERY": "5"}).tasks["T"]
    assert deploy(text, environment={"EVERY": "5"}).tasks["T"].definition == first.definition
    assert deploy(text, environment={"EVERY": "6"}).tasks["T"].definition != first.definition


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        (task(MESSAGE, attributes="class='com.example.Job'"), "com.example.Job is Java"),
        (task(""), "no property 'message'"),
        (task("<property name='message'/>"), "neither a value nor XML"),
        (task("<property name='message' value='plain'/>"), "is no XML"),
        (task(MESSAGE + "<property name='mesage' value='x'/>"), "no property 'mesage'"),
        (task(MESSAGE + "<property name='format' value='json'/>"), "format 'json' is none of"),
        (task(MESSAGE + "<property name='injectTo' value='api'/>"), "'api' is none of main"),
        (task(MESSAGE + "<property name='injectTo' value='proxy'/>"), "needs the property 'pro"),
        (task(MESSAGE + TO_SEQUENCE), "sequence 'S' is defined neither here"),
        (task("<property name='registryKey' value='none'/>"), "'none' is neither a local entry"),
        (f"{task(MESSAGE)}{task(MESSAGE)}", "Duplicate task definition for key : T"),
        (task(MESSAGE).replace("name='T'", ""), "needs the attribute 'name'"),
    ],
)
def test_what_is_wrong_with_a_task_is_told(deploy: Deploy, definition: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint) as invalid:
        deploy(definition)
    assert [problem.line for problem in invalid.value.problems] == [2]
