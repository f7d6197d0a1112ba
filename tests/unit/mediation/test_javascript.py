"""The JavaScript engine: what it gives, and what it does not get."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, MediationError
from apns_connector.mediation import javascript
from apns_connector.mediation.javascript import Call, Outcome, check, run

VIEW = {
    "scopes": {"default": {"a": 1}, "axis2": {}, "transport": {"X-A": "1"}, "operation": {}},
    "variables": {"v": [1]},
    "addresses": {"To": "http://to/", "From": None, "ReplyTo": None, "FaultTo": None},
    "action": "urn:a",
    "messageID": "urn:id",
    "response": False,
    "fault": False,
    "pox": True,
    "soap11": True,
    "payloadXML": "<a/>",
    "payloadJSON": {"n": 1},
    "payloadText": "text",
    "envelopeXML": "<e/>",
}


def ran(*sources: str, call: Call | None = None, view: dict[str, Any] | None = None) -> Outcome:
    copy = json.loads(json.dumps(VIEW if view is None else view))
    return asyncio.run(run(sources, copy, call))


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("1 + 1", 2),
        ("'ä'", "ä"),
        ("false", False),
        ("undefined", None),
        ("null", None),
        ("({a: [1, 2.5]})", {"a": [1, 2.5]}),
        ("(function () {})", None),
    ],
)
def test_the_last_value_is_the_result(source: str, result: Any) -> None:
    assert ran(source) == Outcome(result, [])


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("mc.getPayloadXML()", "<a/>"),
        ("mc.getPayloadJSON().n", 1),
        ("mc.getPayloadText()", "text"),
        ("mc.getEnvelopeXML()", "<e/>"),
        ("mc.getProperty('a')", 1),
        ("mc.getProperty('x-a', 'transport')", "1"),
        ("mc.getProperty('none')", None),
        ("mc.getPropertyKeySet()", ["a"]),
        ("mc.getVariable('v')", [1]),
        ("mc.getTo().getAddress()", "http://to/"),
        ("String(mc.getTo())", "http://to/"),
        ("mc.getFrom()", None),
        ("mc.getSoapAction() + mc.getWSAAction()", "urn:aurn:a"),
        ("mc.getMessageID()", "urn:id"),
        ("[mc.isResponse(), mc.isFaultResponse(), mc.isDoingPOX(), mc.isSOAP11()]",
         [False, False, True, True]),
    ],
)  # fmt: skip
def test_a_script_reads_the_message(source: str, result: Any) -> None:
    assert ran(source) == Outcome(result, [])


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("mc.setPayloadXML('<b/>')", [["payloadXML", "<b/>"]]),
        ("mc.setPayloadJSON({b: 1})", [["payloadJSON", '{"b":1}']]),
        ("mc.setPayloadJSON('[1]')", [["payloadJSON", "[1]"]]),
        ("mc.setPayloadJSON('text')", [["payloadJSON", '"text"']]),
        ("mc.addHeader(true, '<h/>')", [["addHeader", True, "<h/>"]]),
        ("mc.setProperty('b', 2)", [["setProperty", "b", 2, "default"]]),
        ("mc.setProperty('b', 'x', 'axis2')", [["setProperty", "b", "x", "axis2"]]),
        ("mc.setProperty('b', null)", []),
        ("mc.removeProperty('a')", [["removeProperty", "a", "default"]]),
        ("mc.setVariable('w', {a: 1})", [["setVariable", "w", {"a": 1}]]),
        ("mc.setTo('http://b/'); mc.setReplyTo(mc.getTo())",
         [["setAddress", "To", "http://b/"], ["setAddress", "ReplyTo", "http://b/"]]),
        ("mc.setSoapAction('urn:b')", [["setAction", "urn:b"]]),
        ("print('a'); mc.getServiceLog().warn('b')", [["log", "info", "a"], ["log", "warn", "b"]]),
    ],
)  # fmt: skip
def test_what_a_script_does_is_noted_in_order(source: str, changes: list[Any]) -> None:
    assert ran(source).changes == changes


def test_a_script_sees_what_it_did() -> None:
    source = (
        "mc.setProperty('a', 2); mc.removeProperty('X-a', 'transport'); mc.setPayloadXML('<b/>');"
        "[mc.getProperty('a'), mc.getProperty('x-A', 'transport'), mc.getPayloadXML()]"
    )
    assert ran(source).result == [2, None, "<b/>"]


def test_a_function_of_several_sources_is_called_with_arguments() -> None:
    call = Call("tools.add", (1, {"__proto__": 2}))
    sources = ("var tools = {};", "tools.add = (mc, a, b) => [a, b, typeof mc.getProperty]")
    assert ran(*sources, call=call).result == [1, {"__proto__": 2}, "function"]


def test_names_of_properties_are_never_those_of_javascript() -> None:
    view = {**VIEW, "scopes": {**VIEW["scopes"], "default": {"__proto__": "mine"}}}  # type: ignore[dict-item]
    assert ran("mc.getProperty('__proto__')", view=view).result == "mine"
    assert ran("mc.getProperty('constructor') === null").result is False


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("throw new Error('boo')", "Error: boo at"),
        ("x.y", "ReferenceError: x is not defined"),
        ("a b", "SyntaxError"),
        ("mc.getProperty('a', 'nope')", "no property scope 'nope'"),
        ("mc.setPayloadXML(null)", "The payload is null"),
        ("mc.getEntry('x')", r"mc\.getEntry\(\) is not available"),
        ("java.lang.System.exit(1)", "java is not defined"),
        ("require('fs')", "require is not defined"),
        ("(function r() { return r() })()", "Maximum call stack"),
        ("var a = []; for (;;) a.push('x'.repeat(1000) + a.length)", "more memory"),
    ],
)
def test_what_a_script_may_not_is_a_failure(source: str, complaint: str) -> None:
    with pytest.raises(MediationError, match=complaint):
        ran(source)


def test_a_script_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(javascript, "CPU_SECONDS", 1)
    with pytest.raises(MediationError, match="more than 1 seconds"):
        ran("for (;;) {}")


def test_one_script_leaves_nothing_for_the_next() -> None:
    ran("leaked = 1; Object.prototype.leaked = 1")
    assert ran("typeof leaked + typeof {}.leaked").result == "undefinedundefined"


def test_a_script_is_checked_without_running_it() -> None:
    check("throw new Error('not run')")
    with pytest.raises(ConfigurationError, match="the script is not valid: SyntaxError"):
        check("var x = <a/>;")


def test_without_the_package_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "quickjs", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'apns-connector\[javascript\]'"):
        check("1")
