"""What endpoints that lead to one backend have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.endpoints.definition import BasicAuthorization
from apns_connector.mediation.expressions.value import Static

Tried = Callable[..., Any]
BASIC = "<authentication><basicAuth>{}</basicAuth></authentication>"


def sent(tried: Tried, inside: str, attributes: str = "") -> Any:
    endpoint = tried(f"<address uri='http://b/s' {attributes}>{inside}</address>")
    endpoint.send()
    return endpoint.backend.requests[0]


def test_user_and_password_go_along(tried: Tried) -> None:
    request = sent(tried, BASIC.format("<username>u</username><password>p</password>"))
    assert ("Authorization", "Basic dTpw") in request.headers


def test_user_and_password_may_be_expressions(tried: Tried) -> None:
    request = sent(tried, BASIC.format("<username>{'u'}</username><password>{'p'}</password>"))
    assert ("Authorization", "Basic dTpw") in request.headers


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(BasicAuthorization(Static("user"), Static("secret")))


def test_a_timeout_of_zero_is_the_default_of_the_transport(tried: Tried) -> None:
    assert sent(tried, "<timeout><duration>0</duration></timeout>").timeout is None
    assert sent(tried, "<timeout><responseAction>fault</responseAction></timeout>").timeout is None


@pytest.mark.parametrize("attributes", ["format='leave-as-is'", "optimize=''", "encoding='utf-8'"])
def test_what_the_tools_write_for_nothing_is_nothing(tried: Tried, attributes: str) -> None:
    assert sent(tried, "", attributes).url == "http://b/s"


@pytest.mark.parametrize(
    ("inside", "attributes", "complaint"),
    [
        ("", "format='soap13'", "format 'soap13' is none of soap11, soap12, pox, get, rest"),
        ("", "optimize='zip'", "optimize 'zip' is none of , swa, mtom"),
        ("", "encoding='UTF-16'", "encoding 'UTF-16' is not supported"),
        ("<enableSec policy='p'/>", "", "<enableSec> of an endpoint is not supported"),
        ("<enableAddressing separateListener='true'/>", "", "separateListener is not supported"),
        ("<enableAddressing version='2004'/>", "", "version '2004' is none of final, submission"),
        ("<timeout><duration>1s</duration></timeout>", "", "'1s' is not a number"),
        ("<timeout><responseAction>x</responseAction></timeout>", "", "none of discard, fault"),
        ("<authentication><oauth/></authentication>", "", "only done as <basicAuth>"),
        (BASIC.format("<username>u</username>"), "", "<basicAuth> has no <password>"),
    ],
)
def test_what_a_message_would_go_without_is_refused(
    tried: Tried, inside: str, attributes: str, complaint: str
) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        sent(tried, inside, attributes)


def test_a_password_that_is_no_expression_is_not_quoted(tried: Tried) -> None:
    content = BASIC.format("<username>u</username><password>{p:hunter2(}</password>")
    with pytest.raises(InvalidDeployment, match="<password> holds an expression") as invalid:
        sent(tried, content)
    assert "hunter2" not in str(invalid.value)
