"""<log>"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.mediators.log import logger
from apns_connector.mediation.vault import Vault

Mediate = Callable[..., Any]
TOKEN = "0123456789abcdef" * 4


@pytest.fixture
def logged(mediate: Mediate, caplog: pytest.LogCaptureFixture) -> Callable[..., str]:
    """The one line that a <log> writes, at whatever level."""

    def run(content: str, **arguments: Any) -> str:
        caplog.clear()
        with caplog.at_level(1, logger=logger.name):
            assert mediate(content, **arguments).result is True
        lines = [record for record in caplog.records if record.name == logger.name]
        assert len(lines) == 1
        return lines[0].getMessage()

    return run


ID = {"header": "<w:MessageID xmlns:w='http://www.w3.org/2005/08/addressing'>urn:1</w:MessageID>"}


def test_simple_is_the_default_and_always_has_to(logged: Callable[..., str]) -> None:
    assert logged("<log/>", values=ID) == "To: , MessageID: urn:1, Direction: request"
    line = logged("<log level='nonsense'/>", values={**ID, "to": "/x", "action": "urn:a"})
    assert line == (
        "To: /x, WSAction: urn:a, SOAPAction: urn:a, MessageID: urn:1, Direction: request"
    )


def test_properties_stand_behind_and_null_is_written(logged: Callable[..., str]) -> None:
    line = logged(
        "<log><property name='a' value='1'/><property name='b' expression='$ctx:none'/></log>",
        values=ID,
    )
    assert line.endswith(", Direction: request, a = 1, b = null")


def test_custom_has_only_the_properties(logged: Callable[..., str]) -> None:
    content = "<log level='custom' separator='\\n'><property name='a' value='1'/>"
    assert logged(f"{content}<property name='b' value='2'/></log>") == "a = 1\nb = 2"


def test_full_has_the_envelope_behind_the_properties(logged: Callable[..., str]) -> None:
    line = logged("<log level='full'><property name='a' value='1'/></log>", payload="<x>y</x>")
    assert ", a = 1, Envelope: <soapenv:Envelope" in line
    assert "<x>y</x>" in line


def test_headers_has_the_header_blocks(logged: Callable[..., str]) -> None:
    values = {"header": "<h>1</h><password>s3cret</password>"}
    line = logged("<log level='headers'><property name='a' value='1'/></log>", values=values)
    assert line == "h : 1, password : ***, a = 1"


@pytest.mark.parametrize(
    ("category", "level"),
    [
        ("INFO", logging.INFO),
        ("warn", logging.WARNING),
        ("ERROR", logging.ERROR),
        ("FATAL", logging.CRITICAL),
        ("DEBUG", logging.DEBUG),
        ("TRACE", 5),
    ],
)
def test_the_category_is_the_level(
    logged: Callable[..., str], caplog: pytest.LogCaptureFixture, category: str, level: int
) -> None:
    logged(f"<log level='custom' category='{category}'><property name='a' value='1'/></log>")
    assert caplog.records[-1].levelno == level


def test_passwords_are_never_logged(logged: Callable[..., str]) -> None:
    line = logged(
        "<log level='full'><property name='apns.password' expression='$ctx:apns.password'/>"
        "<property name='body' expression='$body'/></log>",
        properties={"apns.password": "s3cret"},
        payload="<r><password>s3cret</password><x password='s3cret'/></r>",
    )
    assert "s3cret" not in line
    assert "apns.password = ***" in line
    assert "<password>***</password>" in line


@pytest.mark.parametrize(
    "expression", ["$ctx:apns.password", "concat('it is ', $ctx:apns.password)", "//password"]
)
def test_a_password_is_not_logged_under_another_name_either(
    logged: Callable[..., str], expression: str
) -> None:
    line = logged(
        f'<log level="custom"><property name="p" expression="{expression}"/></log>',
        properties={"apns.password": "s3cret&"},
        payload="<r><password>s3cret&amp;</password></r>",
    )
    assert "s3cret" not in line
    assert "***" in line


def test_a_secret_of_the_vault_is_not_logged(logged: Callable[..., str], tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault", "master", cost=2)
    vault.put("alias", "s3cret")
    line = logged(
        "<log level='custom'><property name='p' expression=\"wso2:vault-lookup('alias')\"/></log>",
        vault=vault,
    )
    assert line == "p = ***"


def test_of_device_tokens_only_the_end_is_logged(logged: Callable[..., str]) -> None:
    line = logged(
        "<log level='full'><property name='t' expression='$ctx:t'/></log>",
        properties={"t": TOKEN},
        payload=f"<token>{TOKEN}</token>",
    )
    assert TOKEN not in line
    assert "t = …89abcdef" in line
    assert "<token>…89abcdef</token>" in line


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<log category='LOUD'/>", "LOUD"),
        ("<log><property name='a' value=''/></log>", "empty value"),
        ("<log><property name='a' expression=''/></log>", "expression"),
        ("<log><property value='1'/></log>", "'name'"),
    ],
)
def test_what_is_wrong_is_told(mediate: Mediate, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        mediate(content)


@pytest.mark.parametrize(
    "content",
    [
        "<header name='To' expression=\"{secret}\"/><log/>",
        "<header name='Action' expression=\"{secret}\"/><log/>",
        "<header name='a:b' expression=\"{secret}\"/><log level='headers'/>",
        "<header name='a:b' expression=\"{secret}\"/><log level='full'/>",
    ],
)
def test_a_secret_is_not_logged_as_part_of_the_message_either(
    logged: Callable[..., str], tmp_path: Path, content: str
) -> None:
    vault = Vault.create(tmp_path / "vault", "master", cost=2)
    vault.put("alias", "s3cret")
    line = logged(content.replace("{secret}", "wso2:vault-lookup('alias')"), vault=vault)
    assert "s3cret" not in line
    assert "***" in line


@pytest.mark.parametrize("function", ["base64Encode", "url-encode"])
def test_a_secret_in_another_encoding_is_not_logged(
    logged: Callable[..., str], tmp_path: Path, function: str
) -> None:
    vault = Vault.create(tmp_path / "vault", "master", cost=2)
    vault.put("alias", "s3cret/")
    expression = f"{function}(concat('user:', wso2:vault-lookup('alias')))"
    content = f"<log level='custom'><property name='p' expression=\"{expression}\"/></log>"
    assert logged(content, vault=vault) == "p = ***"


def test_a_password_in_an_attribute_is_not_logged_under_another_name(
    logged: Callable[..., str],
) -> None:
    content = "<log level='custom'><property name='p' expression='//@password'/></log>"
    assert logged(content, payload="<r password='s3cret'/>") == "p = ***"


def test_full_has_the_json_of_a_json_payload(logged: Callable[..., str]) -> None:
    line = logged("<log level='full'/>", json={"a": [1, "\u00e4"], "b": None})
    assert line.endswith(', Payload: {"a":[1,"\u00e4"],"b":null}')


def test_passwords_and_tokens_in_json_are_masked(logged: Callable[..., str]) -> None:
    payload = {"apns": {"password": "s3cret", "pwd": ["a", "b"]}, "token": TOKEN}
    line = logged(
        "<log level='full'><property name='a' expression='json-eval($.apns.password)'/>"
        "<property name='b' expression='json-eval($)'/></log>",
        json=payload,
    )
    assert "s3cret" not in line
    assert TOKEN not in line
    assert '"pwd":"***"' in line
    assert f"…{TOKEN[-8:]}" in line


def test_a_message_is_a_template_and_stands_alone(logged: Callable[..., str]) -> None:
    content = "<message>order ${payload.id} of ${vars.none}!</message>"
    assert logged(f"<log>{content}</log>", json={"id": 7}) == "order 7 of !"
    line = logged(
        f"<log category='WARN' logMessageID='true'>{content}<property name='a' value='1'/></log>",
        json={"id": 7},
        values=ID,
    )
    assert line == "MessageID: urn:1, order 7 of !, a = 1"


def test_a_message_comes_first_at_every_other_level(logged: Callable[..., str]) -> None:
    assert (
        logged("<log level='simple'><message>m</message></log>", values=ID)
        == "m, To: , MessageID: urn:1, Direction: request"
    )
    line = logged("<log logFullPayload='true'><message>m</message></log>", json={"a": 1})
    assert line.startswith("m, To: ")
    assert line.endswith(', Payload: {"a":1}')


def test_a_message_that_is_no_template_is_told(mediate: Mediate) -> None:
    with pytest.raises(InvalidDeployment, match=r"synapse\.xml:\d+: <log>: the synapse expression"):
        mediate("<log><message>${payload.}</message></log>")
