"""Properties by scope."""

from __future__ import annotations

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.properties import (
    FunctionContext,
    Headers,
    Properties,
    independent,
)


@pytest.mark.parametrize("scope", ["default", "axis2", "transport", "operation", "axis2-client"])
def test_each_writable_scope_keeps_its_own_values(scope: str) -> None:
    properties = Properties()
    properties.set("x", "1", scope)
    assert properties.get("x", scope) == "1"
    others = {"default", "axis2", "transport", "operation", "axis2-client"} - {scope}
    assert all(properties.get("x", other) is None for other in others)
    properties.remove("x", scope)
    assert properties.get("x", scope) is None


def test_setting_none_changes_nothing() -> None:
    properties = Properties()
    properties.set("x", "old")
    properties.set("x", None)
    assert properties.get("x") == "old"


def test_removing_what_is_not_there_is_fine() -> None:
    Properties().remove("x", "axis2")


def test_header_names_are_found_in_any_spelling_and_keep_the_last_one() -> None:
    headers = Headers([("Content-Type", "text/xml")])
    assert headers["content-type"] == "text/xml"
    headers["CONTENT-TYPE"] = "text/plain"
    assert dict(headers) == {"CONTENT-TYPE": "text/plain"}
    del headers["Content-type"]
    assert len(headers) == 0


@pytest.mark.parametrize("scope", ["func", "registry", "system", "env", "nonsense"])
def test_a_scope_that_cannot_be_written_is_named(scope: str) -> None:
    with pytest.raises(MediationError, match=scope):
        Properties().set("x", "1", scope)


def test_a_scope_that_does_not_exist_is_named() -> None:
    with pytest.raises(MediationError, match="nonsense"):
        Properties().get("x", "nonsense")


def test_environment_variables_are_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_NAME", "value")
    monkeypatch.delenv("NO_NAME", raising=False)
    properties = Properties()
    assert properties.get("A_NAME", "env") == "value"
    assert properties.get("A_NAME", "system") == "value"
    assert properties.get("NO_NAME", "env") is None
    assert properties.get("NO_NAME", "system") == ""


def test_a_template_parameter_is_that_of_the_innermost_template() -> None:
    properties = Properties()
    properties.functions.append(FunctionContext("outer", {"p": "1", "q": "2"}))
    properties.functions.append(FunctionContext("inner", {"p": "3"}))
    assert properties.get("p", "func") == "3"
    assert properties.get("q", "func") is None


def test_a_template_parameter_outside_every_template_fails_the_flow() -> None:
    with pytest.raises(MediationError, match="no template is running"):
        Properties().get("p", "func")


def test_the_operation_scope_is_shared() -> None:
    shared: dict[str, object] = {}
    request, answer = Properties(operation=shared), Properties(operation=shared)
    request.set("x", "1", "operation")
    assert answer.get("x", "operation") == "1"


def test_without_a_registry_the_registry_scope_is_empty() -> None:
    assert Properties().get("conf:/x", "registry") is None


def test_the_fields_of_headers_are_their_items() -> None:
    headers = Headers([("X-A", "1"), ("x-b", "2")])
    headers["x-a"] = "3"
    assert list(headers.fields()) == list(headers.items()) == [("x-a", "3"), ("x-b", "2")]


def test_a_name_that_is_spelled_in_another_way_keeps_its_place() -> None:
    headers = Headers([("x-a", "1"), ("x-b", "2")])
    headers["X-A"] = "3"
    assert list(headers.fields()) == list(headers.items()) == [("X-A", "3"), ("x-b", "2")]
    del headers["x-a"]
    headers["x-a"] = "4"
    assert list(headers.fields()) == [("x-b", "2"), ("x-a", "4")]


def test_the_headers_of_a_request_are_copied() -> None:
    fields = {"host": "h", "x-a": "1"}
    headers = Headers.of_request(fields)
    headers["X-A"] = "2"
    assert fields == {"host": "h", "x-a": "1"}
    assert dict(headers) == {"host": "h", "X-A": "2"}


def test_headers_are_within_the_names_that_they_have_in_any_spelling() -> None:
    headers = Headers([("Host", "h"), ("X-A", "1")])
    assert headers.within(frozenset({"host", "x-a", "date"}))
    assert not headers.within(frozenset({"host"}))
    assert Headers().within(frozenset())


def test_the_variables_of_the_gateway_itself_are_not_readable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("APNS_CONNECTOR_MASTER_KEY", "s3cret")
    assert Properties().get("APNS_CONNECTOR_MASTER_KEY", "env") is None
    assert Properties().get("APNS_CONNECTOR_MASTER_KEY", "system") == ""


def test_a_copy_is_independent_but_for_the_operation_scope() -> None:
    properties = Properties(headers=[("X-A", "1")])
    for scope in ("default", "axis2", "axis2-client", "operation"):
        properties.set("x", "1", scope)
    copy = properties.copy()
    for scope in ("default", "axis2", "axis2-client", "operation"):
        copy.set("x", "2", scope)
    copy.set("x-a", "2", "transport")
    assert [properties.get("x", scope) for scope in ("default", "axis2", "axis2-client")] == [
        "1"
    ] * 3
    assert properties.get("x", "operation") == "2"
    assert properties.get("X-A", "transport") == "1"


def test_xml_is_copied_for_a_second_message_and_nothing_else() -> None:
    tree, other = xml.parse(b"<a/>"), object()
    assert independent(tree) is not tree
    assert independent([tree, "x"])[0] is not tree
    assert independent(other) is other


def test_the_parameters_of_a_running_template_are_not_shown() -> None:
    context = FunctionContext("init", {"password": "hunter2"})
    assert context.get("password") == "hunter2"
    assert "hunter2" not in repr(context)
