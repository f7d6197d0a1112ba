"""``<iterate>``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message


class Keeper:
    """A class mediator that keeps the messages it sees; each waits for the others a little."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.most = 0
        self._inside = 0

    async def mediate(self, message: Message) -> bool:
        self.seen.append(message)
        self._inside += 1
        self.most = max(self.most, self._inside)
        await asyncio.sleep(0)
        self._inside -= 1
        return True

    @property
    def payloads(self) -> list[str]:
        return [xml.text_of(message.payload) for message in self.seen]  # type: ignore[arg-type]


class Ran:
    def __init__(self, message: Message, result: bool, keeper: Keeper) -> None:
        self.message = message
        self.result = result
        self.kept = keeper

    @property
    def properties(self) -> dict[str, Any]:
        return self.message.properties.default


@pytest.fixture
def run(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> Callable[..., Ran]:
    """Runs mediators until everything that was split off has ended."""

    def run(
        mediators: str, payload: Any = "<r/>", definitions: str = "", transport: Any = None
    ) -> Ran:
        keeper = Keeper()
        configuration = deploy(
            f"{definitions}<sequence name='tested'>{mediators}</sequence>",
            classes={"keep": lambda: keeper},
        )
        if transport is not None:
            configuration.transport = transport
        message = new_message("<r/>", configuration=configuration)
        if isinstance(payload, str):
            message = new_message(payload, configuration=configuration)
        else:
            message.replace_json(payload)
        sequence = configuration.sequence("tested")
        assert sequence is not None

        async def flow() -> bool:
            result = await sequence.mediate(message)
            await configuration.background.finish(60)
            return result

        return Ran(message, asyncio.run(flow()), keeper)

    return run


KEEP = "<sequence><class name='keep'/></sequence>"


def iterate(attributes: str, target: str = KEEP) -> str:
    return f"<iterate {attributes}><target>{target}</target></iterate>"


@pytest.mark.parametrize(("sequential", "most"), [("false", 3), ("true", 1)])
def test_each_part_is_a_message_of_its_own(
    run: Callable[..., Ran], sequential: str, most: int
) -> None:
    ran = run(
        iterate(f"expression='//a' sequential='{sequential}'"),
        "<r><a>1</a><b/><a>2</a><a>3</a></r>",
    )
    assert ran.kept.payloads == ["<a>1</a>", "<a>2</a>", "<a>3</a>"]
    assert [len(message.body) for message in ran.kept.seen] == [1, 1, 1]
    assert ran.kept.most == most
    assert ran.result is False


def test_each_says_which_one_it_is(run: Callable[..., Ran]) -> None:
    ran = run(iterate("expression='//a' id='I'"), "<r><a/><a/></r>")
    assert [m.properties.get("messageSequence.I") for m in ran.kept.seen] == ["0/2", "1/2"]
    correlations = {m.properties.get("aggregateCorelation.I") for m in ran.kept.seen}
    assert correlations == {ran.message.message_id}


def test_the_flow_goes_on_with_the_whole_message_if_wanted(run: Callable[..., Ran]) -> None:
    ran = run(
        iterate("expression='//a' continueParent='true'")
        + "<property name='after' expression='count(//a)'/>",
        "<r><a/><a/></r>",
    )
    assert ran.properties["after"] == "2.0"
    assert ran.result is True
    assert len(ran.kept.seen) == 2


def test_what_the_flow_does_later_does_not_change_the_parts(run: Callable[..., Ran]) -> None:
    ran = run(
        iterate("expression='//a' continueParent='true'")
        + "<enrich><source type='inline'><x xmlns=''/></source><target xpath='//a'/></enrich>"
        "<property name='late' value='1'/>",
        "<r><a>1</a></r>",
    )
    assert ran.kept.payloads == ["<a>1</a>"]
    assert "late" not in ran.kept.seen[0].properties.default


def test_the_payload_is_preserved_with_the_part_at_its_place(run: Callable[..., Ran]) -> None:
    ran = run(
        iterate("expression='//a' preservePayload='true' attachPath='//l'"),
        "<r><b/><l><a>1</a><a>2</a></l></r>",
    )
    assert ran.kept.payloads == ["<r><b/><l><a>1</a></l></r>", "<r><b/><l><a>2</a></l></r>"]


def test_without_a_place_the_part_is_in_the_envelope(run: Callable[..., Ran]) -> None:
    ran = run(iterate("expression='//a' preservePayload='true'"), "<r><b/><a>1</a></r>")
    (message,) = ran.kept.seen
    assert message.envelope[-1].tag == "a"
    assert ran.kept.payloads == ["<r><b/></r>"]


def test_header_and_properties_are_copied(run: Callable[..., Ran]) -> None:
    ran = run("<property name='p' value='1'/>" + iterate("expression='//a'"), "<r><a/></r>")
    assert ran.kept.seen[0].properties.get("p") == "1"
    assert ran.kept.seen[0].exchange is ran.message.exchange


@pytest.mark.parametrize("expression", ["json-eval($.l)", "${payload.l}"])
def test_json_is_split_as_well(run: Callable[..., Ran], expression: str) -> None:
    ran = run(iterate(f"expression='{expression}'"), {"l": [1, {"a": 2}], "b": 1})
    assert [message.json for message in ran.kept.seen] == [1, {"a": 2}]


def test_json_is_preserved_with_the_item_at_its_place(run: Callable[..., Ran]) -> None:
    ran = run(
        iterate("expression='json-eval($.l)' preservePayload='true' attachPath='json-eval($.l)'"),
        {"l": [1, 2], "b": 1},
    )
    assert [message.json for message in ran.kept.seen] == [{"l": 1, "b": 1}, {"l": 2, "b": 1}]
    ran = run(iterate("expression='json-eval($.l)' preservePayload='true'"), {"l": [1], "b": 1})
    assert [message.json for message in ran.kept.seen] == [1]


def test_nothing_to_split_starts_nothing(run: Callable[..., Ran]) -> None:
    for attributes, payload in (("expression='//a'", "<r/>"), ("expression='json-eval($)'", [])):
        ran = run(iterate(attributes), payload)
        assert (ran.kept.seen, ran.result) == ([], False)


def test_a_failure_in_one_of_them_is_its_own(
    run: Callable[..., Ran], caplog: pytest.LogCaptureFixture
) -> None:
    target = (
        "<sequence><filter source='//a' regex='1'><then><throwError errorMessage='no'/></then>"
        "</filter><class name='keep'/></sequence>"
    )
    handler = "<sequence name='h'><property name='h' value='1'/><class name='keep'/></sequence>"
    for sequential in ("true", "false"):
        ran = run(
            "<sequence name='s' onError='h'>"
            + iterate(f"expression='//a' sequential='{sequential}'", target)
            + "</sequence>",
            "<r><a>1</a><a>2</a></r>",
            handler,
        )
        assert sorted(str(m.properties.get("h")) for m in ran.kept.seen) == ["1", "None"]
        assert "h" not in ran.properties


def test_a_copy_that_has_called_goes_on_behind_the_iterate(
    run: Callable[..., Ran], build: Any
) -> None:
    backend = build.backend(build.backend.soap("<answer/>"))
    call = "<sequence><call><endpoint><address uri='http://b/'/></endpoint></call></sequence>"
    ran = run(
        iterate("expression='//a'", call) + "<class name='keep'/>", "<r><a/><a/></r>",
        transport=backend,
    )  # fmt: skip
    assert ran.kept.payloads == ["<answer/>", "<answer/>"]


def test_a_part_goes_to_an_endpoint_and_the_reply_to_the_service(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message], build: Any
) -> None:
    configuration = deploy(
        "<proxy name='P'><target><inSequence><iterate expression='//a'><target>"
        "<endpoint><address uri='http://b/'/></endpoint></target></iterate></inSequence>"
        "<outSequence><property name='out' value='1'/><send/></outSequence></target></proxy>"
    )
    configuration.transport = build.backend(build.backend.soap("<answer/>"))
    message = new_message("<r><a/></r>", configuration=configuration)
    exchange = asyncio.run(configuration.proxies["P"].receive(message))
    response = exchange.take_response()
    assert response is not None
    assert (response.payload.tag, response.properties.get("out")) == ("answer", "1")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("attributes", "payload", "complaint"),
    [
        ("expression='//a/text()'", "<a>1</a>", "result not an OMNode"),
        ("expression='json-eval($.l)'", {"l": 1}, "not a valid JSON array"),
        ("expression='json-eval($.none)'", {}, "not a valid JSON array"),
        ("expression='//a' preservePayload='true' attachPath='//n'", "<a/>", "attach path"),
        ("expression='json-eval($.l)' preservePayload='true' attachPath='json-eval($.n)'",
         {"l": [1]}, r"attachPath \$\.n leads nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_split_fails_the_flow(
    run: Callable[..., Ran], attributes: str, payload: Any, complaint: str
) -> None:
    with pytest.raises(MediationError, match=complaint):
        run(iterate(attributes), payload)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<iterate expression='//a'/>", "needs <target>"),
        (iterate(""), "'expression'"),
        (iterate("expression='//a' attachPath='//b'"), "preservePayload"),
        (iterate("expression='//a' preservePayload='true' attachPath='json-eval($)'"), "both"),
        (iterate("expression='${payload.a + 1}'"), "JSONPath"),
        (iterate("expression='//a'", ""), "a sequence or an endpoint"),
        ("<iterate expression='//a'><target sequence='none'/></iterate>", "'none'"),
    ],
)
def test_what_is_wrong_is_told(
    run: Callable[..., Ran], content: str, complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL), pytest.raises(InvalidDeployment, match=complaint):
        run(content)
