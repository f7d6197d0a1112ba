"""``<script>``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment, MediationError
from apns_connector.mediation import xml

Mediate = Callable[..., Any]


def script(source: str, attributes: str = "language='js'") -> str:
    return f"<script {attributes}><![CDATA[{source}]]></script>"


@pytest.mark.parametrize("language", ["js", "rhinoJs", "nashornJs", "graalJs"])
def test_an_inline_script_changes_the_message(mediate: Mediate, language: str) -> None:
    ran = mediate(
        script(
            "var n = mc.getPayloadXML().length; mc.setProperty('n', n); mc.setPayloadXML('<b/>');",
            f"language='{language}'",
        ),
        payload="<a/>",
    )
    assert ran.properties == {"n": 4}
    assert xml.text_of(ran.message.payload) == "<b/>"
    assert ran.result is True


@pytest.mark.parametrize(
    ("value", "result"), [("false", False), ("0", True), ("null", True), ("'false'", True)]
)
def test_only_false_ends_the_flow(mediate: Mediate, value: str, result: bool) -> None:
    assert mediate(script(value)).result is result


def test_a_function_of_an_entry_is_called_with_includes(mediate: Mediate) -> None:
    ran = mediate(
        "<script language='js' key='S' function='run'><include key='gov:/lib.js'/></script>",
        definitions="<localEntry key='S'><![CDATA[function run(mc) {"
        "mc.setProperty('p', twice('x')); return 1 < 0 }]]></localEntry>",
        files={"registry/governance/lib.js": "function twice(s) { return s + s }"},
    )
    assert ran.properties == {"p": "xx"}
    assert ran.result is False


def test_the_function_is_called_mediate_unless_said_otherwise(mediate: Mediate) -> None:
    ran = mediate(
        "<script language='js' key='{$ctx:k}'/>",
        definitions="<localEntry key='S'><x><![CDATA[var mediate = "
        "(mc) => mc.setProperty('p', 1)]]></x></localEntry>",
        properties={"k": "S"},
    )
    assert ran.properties["p"] == 1


@pytest.mark.parametrize(
    ("target", "check"),
    [
        ("target='body'", lambda ran: ran.message.json == {"n": 2, "l": [1]}),
        ("target='variable' target-variable='v'",
         lambda ran: ran.message.variables["v"] == {"n": 2, "l": [1]}),
        ("target='none'", lambda ran: ran.message.payload.tag == "request"),
    ],
)  # fmt: skip
def test_the_result_goes_to_a_target(
    mediate: Mediate, target: str, check: Callable[[Any], bool]
) -> None:
    ran = mediate(
        f"<script language='js' key='S' {target}><inputs>"
        "<argument name='n' expression='${1 + 1}'/><argument name='l' value='[1]'/>"
        "</inputs></script>",
        definitions="<localEntry key='S'>function mediate(mc, n, l) "
        "{ return {n: n, l: JSON.parse(l)} }</localEntry>",
    )
    assert check(ran)
    assert ran.result is True


def test_arguments_are_json_or_text(mediate: Mediate) -> None:
    ran = mediate(
        '<payloadFactory media-type=\'json\'><format>{"o": {"x": 1}}</format></payloadFactory>'
        "<script language='js' key='S' target='body'><inputs><argument expression='${payload.o}'/>"
        "<argument expression='//x'/><argument expression='$ctx:none'/></inputs></script>",
        definitions="<localEntry key='S'>function mediate(mc, o, x, none) "
        "{ return [o.x, x, none] }</localEntry>",
    )
    assert ran.message.json == [1, "1", None]


def test_a_script_that_gives_nothing_has_nothing_for_its_target(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match="gives nothing"):
        mediate(
            "<script language='js' key='S' target='body'/>",
            definitions="<localEntry key='S'>function mediate(mc) {}</localEntry>",
        )


def test_what_a_script_throws_is_a_failure(mediate: Mediate) -> None:
    with pytest.raises(MediationError, match=r"executing the inlined js script: Error: boo"):
        mediate(script("throw new Error('boo')"))
    with pytest.raises(MediationError, match=r"external js script function f: ReferenceError: f"):
        mediate(
            "<script language='js' key='S' function='f'/>",
            definitions="<localEntry key='S'>1</localEntry>",
        )
    with pytest.raises(MediationError, match="There is no script under the key 'none'"):
        mediate("<script language='js' key='{$ctx:k}'/>", properties={"k": "none"})


ENTRY = "<localEntry key='S'>1</localEntry>"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<script/>", "'language'"),
        ("<script language='groovy'/>", "only JavaScript"),
        (script("var x = <a/>;"), r"synapse.xml:2: .*SyntaxError"),
        ("<script language='js' function='f'/>", "a function but no key"),
        ("<script language='js' key='none'/>", "'none' is neither"),
        ("<script language='js' key=''/>", "not empty"),
        ("<script language='js' key='S'><include key='none'/></script>", "'none' is neither"),
        ("<script language='js' key='S' function='f();g'/>", "no name of a function"),
        ("<script language='js' key='S' target='hell'/>", "target 'hell'"),
        ("<script language='js' key='S' target='variable'/>", "'target-variable'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content, definitions=ENTRY)


@pytest.mark.parametrize("content", [script("1"), "<script language='js' key='S'/>"])
def test_without_the_package_the_error_says_what_to_install(
    mediate: Mediate, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setitem(sys.modules, "quickjs", None)
    with pytest.raises(
        InvalidDeployment, match=r"synapse.xml:2: .*pip install 'apns-connector\[javascript\]'"
    ):
        mediate(content, definitions=ENTRY)
