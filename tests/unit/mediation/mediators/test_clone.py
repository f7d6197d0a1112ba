"""``<clone>``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message


class Keeper:
    """A class mediator that keeps the messages it sees."""

    def __init__(self) -> None:
        self.seen: list[Message] = []

    async def mediate(self, message: Message) -> bool:
        self.seen.append(message)
        await asyncio.sleep(0)
        return True


@pytest.fixture
def run(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> Callable[..., tuple[Message, bool, list[Message]]]:
    """Runs mediators until everything that was split off has ended."""

    def run(mediators: str, **properties: Any) -> tuple[Message, bool, list[Message]]:
        keeper = Keeper()
        configuration = deploy(
            f"<sequence name='tested'>{mediators}</sequence>", classes={"keep": lambda: keeper}
        )
        message = new_message(configuration=configuration)
        for name, value in properties.items():
            message.properties.set(name, value)
        sequence = configuration.sequence("tested")
        assert sequence is not None

        async def flow() -> bool:
            result = await sequence.mediate(message)
            await configuration.background.finish(60)
            return result

        return message, asyncio.run(flow()), keeper.seen

    return run


Run = Callable[..., tuple[Message, bool, list[Message]]]
TARGET = "<target><sequence><property name='t' value='{}'/><class name='keep'/></sequence></target>"
TARGETS = TARGET.format(1) + TARGET.format(2)


def shown(messages: list[Message], name: str) -> list[Any]:
    return [message.properties.get(name) for message in messages]


@pytest.mark.parametrize("sequential", ["false", "true"])
def test_each_target_gets_a_copy(run: Run, sequential: str) -> None:
    message, result, seen = run(f"<clone id='C' sequential='{sequential}'>{TARGETS}</clone>")
    assert shown(seen, "t") == ["1", "2"]
    assert shown(seen, "messageSequence.C") == ["0/2", "1/2"]
    assert shown(seen, "aggregateCorelation.C") == [message.message_id] * 2
    assert message not in seen
    assert "t" not in message.properties.default
    assert result is False


def test_the_flow_goes_on_if_wanted(run: Run) -> None:
    message, result, seen = run(
        f"<clone continueParent='true'>{TARGETS}</clone><property name='after' value='1'/>"
    )
    assert message.properties.get("after") == "1"
    assert shown(seen, "after") == [None, None]
    assert result is True


@pytest.mark.parametrize("iterations", ["3", "{$ctx:n}"])
def test_so_many_copies_go_to_the_first_target(run: Run, iterations: str) -> None:
    _, _, seen = run(f"<clone iterations='{iterations}'>{TARGETS}</clone>", n=" 3 ")
    assert shown(seen, "t") == ["1", "1", "1"]
    assert shown(seen, "CLONED_ITERATION_INDEX") == [1, 2, 3]
    assert shown(seen, "messageSequence") == ["0/3", "1/3", "2/3"]


@pytest.mark.parametrize("iterations", ["-1", "x", "1000000000"])
def test_a_number_of_copies_that_is_none_is_a_failure(run: Run, iterations: str) -> None:
    with pytest.raises(MediationError, match="parsing iterations number"):
        run(f"<clone iterations='{iterations}'>{TARGETS}</clone>")


def test_a_failure_of_one_copy_is_its_own(run: Run) -> None:
    _, _, seen = run(
        "<clone sequential='true'><target><sequence><throwError errorMessage='no'/></sequence>"
        f"</target>{TARGET.format(2)}</clone>"
    )
    assert shown(seen, "t") == ["2"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<clone/>", "needs <target>"),
        ("<clone><target/></clone>", "a sequence or an endpoint"),
        ("<clone><target endpoint='none'/></clone>", "'none'"),
    ],
)
def test_what_is_wrong_is_told(run: Run, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        run(content)
