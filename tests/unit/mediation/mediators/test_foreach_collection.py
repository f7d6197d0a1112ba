"""``<foreach collection="…">``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.json_value import JsonArray
from apns_connector.mediation.message import Message


class Watcher:
    """A class mediator that sees how many are inside at once."""

    def __init__(self) -> None:
        self.count = self.most = self._inside = 0

    async def mediate(self, message: Message) -> bool:
        self.count += 1
        self._inside += 1
        self.most = max(self.most, self._inside)
        await asyncio.sleep(0)
        self._inside -= 1
        return True


@pytest.fixture
def run(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> Callable[..., tuple[Message, bool, Watcher]]:
    def run(
        mediators: str, payload: Any, definitions: str = "", transport: Any = None, **variables: Any
    ) -> tuple[Message, bool, Watcher]:
        watcher = Watcher()
        configuration = deploy(
            f"{definitions}<sequence name='tested'>{mediators}</sequence>",
            classes={"watch": lambda: watcher},
        )
        if transport is not None:
            configuration.transport = transport
        message = new_message("<r/>", configuration=configuration)
        if isinstance(payload, str):
            message = new_message(payload, configuration=configuration)
        else:
            message.replace_json(payload)
        message.variables.update(variables)
        sequence = configuration.sequence("tested")
        assert sequence is not None

        async def flow() -> bool:
            result = await sequence.mediate(message)
            await configuration.background.finish(60)
            return result

        return message, asyncio.run(flow()), watcher

    return run


Run = Callable[..., tuple[Message, bool, Watcher]]
WATCH = "<class name='watch'/>"
DOUBLE = (
    "<payloadFactory media-type='json'><format>{\"n\": ${payload.n * 2}}</format></payloadFactory>"
)


def foreach(attributes: str, inside: str = WATCH + DOUBLE) -> str:
    return f"<foreach {attributes}><sequence>{inside}</sequence></foreach>"


@pytest.mark.parametrize(("parallel", "most"), [("true", 2), ("false", 1)])
def test_each_item_is_changed_where_it_is(run: Run, parallel: str, most: int) -> None:
    message, result, watcher = run(
        foreach(f"collection='${{payload.l}}' parallel-execution='{parallel}'"),
        {"l": [{"n": 1}, {"n": 2}], "b": 1},
    )
    assert message.json == {"l": [{"n": 2}, {"n": 4}], "b": 1}
    assert (result, watcher.most) == (True, most)


@pytest.mark.parametrize("collection", ["json-eval($)", "${payload}"])
def test_the_whole_payload_may_be_the_collection(run: Run, collection: str) -> None:
    message, _, _ = run(foreach(f"collection='{collection}'"), [{"n": 1}])
    assert message.json == [{"n": 2}]


def test_the_collection_may_be_in_a_variable(run: Run) -> None:
    held = {"l": [{"n": 1}]}
    message, _, _ = run(foreach("collection='${vars.v.l}'"), {}, v=held)
    assert message.variables["v"] == {"l": [{"n": 2}]}
    assert held == {"l": [{"n": 1}]}
    message, _, _ = run(foreach("collection='${vars.v}'"), {}, v=JsonArray([{"n": 1}]))
    assert message.variables["v"] == [{"n": 2}]


@pytest.mark.parametrize("collection", ["//a", "${xpath(&quot;//a&quot;)}"])
def test_elements_are_changed_where_they_are(run: Run, collection: str) -> None:
    change = (
        "<payloadFactory><format><b xmlns=''>$1</b></format><args><arg expression='//a'/></args>"
        "</payloadFactory>"
    )
    message, result, _ = run(
        foreach(f'collection="{collection}"', change), "<r><a>1</a><a>2</a><c/></r>"
    )
    assert xml.text_of(message.body[0]) == "<r><c/><b>1</b><b>2</b></r>"
    assert result is True


@pytest.mark.parametrize(
    ("result_type", "check"),
    [
        ("result-type='JSON'", lambda value: value == [{"n": 2}, {"n": 4}]),
        ("result-type='XML' root-element='all'",
         lambda value: xml.text_of(value) == "<all><jsonObject><n>2</n></jsonObject>"
         "<jsonObject><n>4</n></jsonObject></all>"),
    ],
)  # fmt: skip
def test_the_results_may_go_into_a_variable(
    run: Run, result_type: str, check: Callable[[Any], bool]
) -> None:
    payload = {"l": [{"n": 1}, {"n": 2}]}
    message, _, _ = run(
        foreach(
            f"collection='${{payload.l}}' update-original='false' target-variable='v' {result_type}"
        ),
        payload,
    )
    assert check(message.variables["v"])
    assert message.json == payload


def test_a_counter_is_a_variable(run: Run) -> None:
    change = "<payloadFactory media-type='json'><format>[${vars.i}]</format></payloadFactory>"
    message, _, _ = run(
        foreach(
            "collection='${payload.l}' parallel-execution='false' counter-variable='i'", change
        ),
        {"l": ["a", "b"]},
    )
    assert message.json == {"l": [[0], [1]]}
    assert message.variables == {}


def test_a_call_inside_is_the_result(run: Run, build: Any) -> None:
    call = "<call><endpoint><address uri='http://b/'/></endpoint></call>"
    backend = build.backend(build.backend.reply('{"x": 1}', "application/json"))
    message, result, _ = run(
        foreach("collection='${payload.l}'", call) + "<property name='after' value='1'/>",
        {"l": [1, 2]},
        transport=backend,
    )
    assert message.json == {"l": [{"x": 1}, {"x": 1}]}
    assert message.properties.get("after") == "1"
    assert result is True


@pytest.mark.parametrize("parallel", ["true", "false"])
def test_nobody_may_wait_for_the_results(run: Run, parallel: str) -> None:
    attributes = f"continue-without-aggregation='true' parallel-execution='{parallel}'"
    message, result, watcher = run(
        foreach(f"collection='${{payload.l}}' {attributes}"), {"l": [{"n": 1}]}
    )
    assert message.json == {"l": [{"n": 1}]}
    assert (result, watcher.count) == (True, 1)


def test_one_item_that_fails_ends_the_flow_and_is_handled(run: Run) -> None:
    inside = "<filter source='${payload}' regex='1'><then><throwError errorMessage='no'/></then></filter>"  # noqa: E501
    handler = "<sequence name='fault'><class name='watch'/></sequence>"
    message, result, watcher = run(
        foreach("collection='${payload.l}'", inside), {"l": [1, 2]}, handler
    )
    assert (result, watcher.count) == (False, 1)
    assert message.json == {"l": [1, 2]}


def test_an_empty_collection_is_passed_over(run: Run) -> None:
    message, result, watcher = run(foreach("collection='${payload.l}'"), {"l": []})
    assert (message.json, result, watcher.count) == ({"l": []}, True, 0)


def test_what_is_no_collection_is_a_failure(run: Run) -> None:
    with pytest.raises(MediationError, match="did not resolve to a valid array"):
        run(foreach("collection='${payload.l}'"), {"l": 1})


def test_what_is_no_place_takes_nothing_back(run: Run) -> None:
    collection = "collection=\"${split(payload.t, ',')}\""
    with pytest.raises(MediationError, match="no place that the results could go back to"):
        run(foreach(collection, "<class name='watch'/>"), {"t": "a,b"})


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<foreach collection='${payload.l}'/>", "needs a <sequence>"),
        (foreach("collection='//['"), "XPath"),
        (foreach("collection='${payload.l}' counter-variable='i'"), "parallel-execution='false'"),
        (foreach("collection='${payload.l}' update-original='false'"), "'target-variable'"),
        (foreach("collection='${payload.l}' update-original='false' target-variable='v'"),
         "'result-type'"),
        (foreach("collection='${payload.l}' update-original='false' target-variable='v' "
                 "result-type='XML'"), "'root-element'"),
        (foreach("collection='${payload.l + 1}'"), "JSONPath"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(run: Run, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        run(content, {})
