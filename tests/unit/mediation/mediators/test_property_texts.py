"""Neighbouring <property> elements: together they do what they do one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apns_connector.errors import MediationError
from apns_connector.mediation.compatibility import ESB_4_9, MI_4
from apns_connector.mediation.expressions import result
from apns_connector.mediation.mediators.property_texts import SetTexts
from apns_connector.mediation.message import Message

Deploy = Callable[..., Any]
NewMessage = Callable[..., Message]


def property_(name: str, source: str, more: str = "") -> str:
    return f'<property name="{name}" expression="{source}" {more}/>\n'


X, Y, Z = (property_(name, f"//p/{name}/text()") for name in "xyz")


def shape(deploy: Deploy, mediators: str) -> list[tuple[int, str]]:
    """What a list becomes: at which positions, and whether together."""
    sequence = deploy(f"<sequence name='S' xmlns:a='urn:a'>{mediators}</sequence>").sequence("S")
    return [
        (position, "together" if isinstance(mediator, SetTexts) else "alone")
        for position, mediator in sequence._joined
    ]


@pytest.mark.parametrize(
    ("mediators", "becomes"),
    [
        (X + Y + Z, [(0, "together")]),
        (f"<log/>{X}{Y}<log/>{Z}", [(0, "alone"), (1, "together"), (3, "alone"), (4, "alone")]),
        (X + Y + property_("z", "//q/z/text()"), [(0, "together"), (2, "alone")]),
        (X + Y + property_("z", "//q/z/text()") + property_("w", "//q/w/text()"),
         [(0, "together"), (2, "together")]),
        (X + Y + property_("z", "//p/x/text()"), [(0, "together"), (2, "alone")]),
        (X + Y + property_("x", "//p/z/text()"), [(0, "together"), (2, "alone")]),
        (X + property_("y", "//p/y/text()", 'scope="default" type="STRING"'), [(0, "together")]),
        (X + property_("y", "//p/y/text()", 'scope="axis2"'), [(0, "alone"), (1, "alone")]),
        (X + property_("y", "//p/y/text()", 'type="INTEGER"'), [(0, "alone"), (1, "alone")]),
        (X + property_("y", "//p/y/text()", 'pattern="(.)"'), [(0, "alone"), (1, "alone")]),
        (X + property_("y", "//p/y/text()", 'action="remove"'), [(0, "alone"), (1, "alone")]),
        (X + property_("RESPONSE", "//p/y/text()"), [(0, "alone"), (1, "alone")]),
        (X + property_("{$ctx:n}", "//p/y/text()"), [(0, "alone"), (1, "alone")]),
        (X + '<property name="y" value="1"/>', [(0, "alone"), (1, "alone")]),
        (X + property_("y", "//p/y"), [(0, "alone"), (1, "alone")]),
        (property_("x", "//a:p/x/text()") + property_("y", "//a:p/a:y/text()"), [(0, "together")]),
    ],
)  # fmt: skip
def test_which_of_them_are_done_together(deploy: Deploy, mediators: str, becomes: Any) -> None:
    assert shape(deploy, mediators) == becomes


TEXTS = st.sampled_from(["1", " a ", "\n", "", "<![CDATA[<c>]]>", "a<!-- c -->b", "<y>in</y>", "é"])
CHILDREN = st.tuples(st.sampled_from("wxyz"), TEXTS)
PARENTS = st.tuples(st.sampled_from(["p", "p", "q"]), st.lists(CHILDREN, max_size=5))


def written(parents: list[tuple[str, list[tuple[str, str]]]]) -> str:
    inside = "".join(
        f"<{tag}>" + "".join(f"<{name}>{text}</{name}>" for name, text in children) + f"</{tag}>"
        for tag, children in parents
    )
    return f"<r>{inside}</r>"


@pytest.mark.parametrize("compatibility", [MI_4, ESB_4_9])
def test_they_set_what_they_set_one_after_the_other(
    deploy: Deploy, new_message: NewMessage, compatibility: Any
) -> None:
    configuration = deploy(
        f"<sequence name='together'>{X}{Y}{Z}</sequence>"
        f"<sequence name='apart'>{X}<log level='none'/>{Y}<log level='none'/>{Z}</sequence>",
        compatibility=compatibility,
    )

    def ran(name: str, payload: str) -> dict[str, Any]:
        message = new_message(payload, configuration=configuration)
        message.properties.default.update(y="old", other="kept")
        assert asyncio.run(configuration.sequence(name).mediate(message)) is True
        return message.properties.default

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(st.lists(PARENTS, max_size=2))
    def check(parents: list[Any]) -> None:
        payload = written(parents)
        assert ran("together", payload) == ran("apart", payload)

    check()


def test_what_is_json_is_taken_as_the_xml_that_it_stands_for(
    deploy: Deploy, new_message: NewMessage
) -> None:
    configuration = deploy(f"<sequence name='S'>{X}{Y}</sequence>")
    message = new_message(configuration=configuration)
    message.replace_json({"p": {"x": 1, "y": "two"}})
    asyncio.run(configuration.sequence("S").mediate(message))
    assert message.properties.default == {"x": "1", "y": "two"}


@pytest.mark.parametrize(("wrong", "line"), [("x", 3), ("y", 4), ("z", 5)])
def test_a_failure_names_the_place_of_the_one_that_failed(
    deploy: Deploy,
    new_message: NewMessage,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
    line: int,
) -> None:
    configuration = deploy(f"<sequence name='S'>\n{X}{Y}{Z}</sequence>")
    monkeypatch.setattr(result, "TEXT_LIMIT", 3)
    monkeypatch.setattr("apns_connector.mediation.expressions.child_text.TEXT_LIMIT", 3)
    monkeypatch.setattr("apns_connector.mediation.expressions.xpath.TEXT_LIMIT", 3)
    texts = {"x": "1", "y": "2", "z": "3", wrong: "long"}
    payload = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())
    message = new_message(f"<p>{payload}</p>", configuration=configuration)
    with pytest.raises(MediationError) as caught:
        asyncio.run(configuration.sequence("S").mediate(message))
    assert caught.value.__notes__ == [f"at <property> (synapse-configs/default/synapse.xml:{line})"]
    done = {name: texts[name] for name in "xyz" if name < wrong}
    assert message.properties.default == done


def test_a_list_that_goes_on_in_their_middle_does_the_rest_of_them(
    deploy: Deploy, new_message: NewMessage
) -> None:
    configuration = deploy(f"<sequence name='S'>{X}{Y}{Z}</sequence>")
    message = new_message("<p><x>1</x><y>2</y><z>3</z></p>", configuration=configuration)
    asyncio.run(configuration.sequence("S").resume(message, 1))
    assert message.properties.default == {"y": "2", "z": "3"}
