"""The functions that Synapse adds to XPath."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import MediationError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion
from apns_connector.mediation.vault import Vault

Evaluate = Callable[..., Any]
NewMessage = Callable[..., Message]


@pytest.mark.parametrize("scope", ["default", "axis2", "transport", "operation", "axis2-client"])
def test_get_property_reads_every_scope(
    evaluate: Evaluate, new_message: NewMessage, scope: str
) -> None:
    message = new_message()
    message.properties.set("x", "1", scope)
    assert evaluate(f"get-property('{scope}', 'x')", message) == "1"
    assert evaluate(f"concat(get-property('{scope}', 'x'), '2')", message) == "12"


def test_get_property_without_a_name_is_empty(evaluate: Evaluate) -> None:
    assert evaluate("get-property()") == ""
    assert evaluate("get-property('')") == ""


def test_get_property_with_too_many_arguments_fails(evaluate: Evaluate) -> None:
    with pytest.raises(MediationError, match="three"):
        evaluate("get-property('default', 'x', 'y', 'z')")


@pytest.mark.parametrize(
    "name", ["To", "From", "ReplyTo", "FaultTo", "Action", "RelatesTo", "FAULT"]
)
def test_addressing_values_that_are_missing_are_empty_and_not_null(
    evaluate: Evaluate, name: str
) -> None:
    assert evaluate(f"get-property('{name}')") == ""


def test_addressing_values_are_read_from_the_message(
    evaluate: Evaluate, new_message: NewMessage
) -> None:
    message = new_message(to="/services/X", action="urn:a")
    assert evaluate("get-property('To')", message) == "/services/X"
    assert evaluate("get-property('Action')", message) == "urn:a"
    assert evaluate("get-property('MessageID')", message) == message.message_id


def test_fault_is_true_for_a_fault(evaluate: Evaluate, new_message: NewMessage) -> None:
    assert evaluate("get-property('FAULT')", new_message(_fault())) == "true"
    marked = new_message()
    marked.properties.set("FAULT_MESSAGE", "true", "axis2")
    assert evaluate("get-property('FAULT')", marked) == "true"


def _fault() -> str:
    return f"<Fault xmlns='{SoapVersion.SOAP11.namespace}'/>"


def test_the_format_of_the_message(evaluate: Evaluate, new_message: NewMessage) -> None:
    assert evaluate("get-property('MESSAGE_FORMAT')") == "soap11"
    assert (
        evaluate("get-property('MESSAGE_FORMAT')", new_message(version=SoapVersion.SOAP12))
        == "soap12"
    )
    plain = new_message()
    plain.pox = True
    assert evaluate("get-property('MESSAGE_FORMAT')", plain) == "pox"


def test_the_date_and_time(evaluate: Evaluate) -> None:
    assert evaluate("get-property('SYSTEM_DATE', 'yyyy')").isdecimal()
    assert evaluate("get-property('default', 'SYSTEM_DATE', \"'at' yyyy\")").startswith("at ")
    assert len(evaluate("get-property('SYSTEM_TIME')")) == 13


def test_a_local_entry_stands_in_for_a_property_that_is_not_set(
    evaluate: Evaluate, deploy: Callable[..., Configuration], new_message: NewMessage
) -> None:
    configuration = deploy("<localEntry key='greeting'> hello </localEntry>")
    message = new_message(configuration=configuration)
    assert evaluate("get-property('greeting')", message) == "hello"
    message.properties.set("greeting", "hi")
    assert evaluate("get-property('greeting')", message) == "hi"


def test_the_registry_scope_reads_a_resource(
    evaluate: Evaluate, deploy: Callable[..., Configuration], new_message: NewMessage
) -> None:
    configuration = deploy(
        "",
        {
            "registry/config/x.txt": "content",
            "registry/config/x.txt.properties": "# none\nowner=me\n",
        },
    )
    message = new_message(configuration=configuration)
    assert evaluate("get-property('registry', 'conf:/x.txt')", message) == "content"
    assert evaluate("get-property('registry', 'conf:/x.txt@owner')", message) == "me"
    assert evaluate("get-property('registry', 'conf:/x.txt@none')", message) is None


def test_base64_goes_there_and_back(evaluate: Evaluate) -> None:
    assert evaluate("base64Encode('é')") == "w6k="
    assert evaluate("base64Decode('w6k=')") == "é"
    assert evaluate("base64Encode('é', 'ISO-8859-1')") == "6Q=="
    with pytest.raises(MediationError, match="decode"):
        evaluate("base64Decode('w6')")
    with pytest.raises(MediationError, match="no-charset"):
        evaluate("base64Encode('é', 'no-charset')")


def test_url_encode_does_as_java(evaluate: Evaluate) -> None:
    assert evaluate("url-encode('a b~*&é')") == "a+b%7E*%26%C3%A9"


def test_a_secret_is_looked_up_in_the_vault(
    evaluate: Evaluate,
    deploy: Callable[..., Configuration],
    new_message: NewMessage,
    tmp_path: Path,
) -> None:
    vault = Vault.create(tmp_path / "vault", "master", cost=2)
    vault.put("apns.password", "s3cret")
    message = new_message(configuration=deploy(vault=vault))
    assert evaluate("wso2:vault-lookup('apns.password')", message) == "s3cret"
    assert evaluate("concat(wso2:vault-lookup('apns.password'), '!')", message) == "s3cret!"


def test_an_unknown_alias_fails_and_is_named(
    evaluate: Evaluate,
    deploy: Callable[..., Configuration],
    new_message: NewMessage,
    tmp_path: Path,
) -> None:
    vault = Vault.create(tmp_path / "vault", "master", cost=2)
    message = new_message(configuration=deploy(vault=vault))
    with pytest.raises(MediationError, match=r"apns\.pasword"):
        evaluate("wso2:vault-lookup('apns.pasword')", message)


def test_a_look_up_without_a_vault_names_the_alias(evaluate: Evaluate) -> None:
    with pytest.raises(MediationError, match=r"'alias'.*no vault"):
        evaluate("wso2:vault-lookup('alias')")


def test_other_sources_of_secrets_are_refused(evaluate: Evaluate) -> None:
    with pytest.raises(MediationError, match="one argument"):
        evaluate("wso2:vault-lookup('alias', 'ENV', 'false')")


@pytest.mark.parametrize(
    ("arguments", "signature"),
    [
        ("'what do ya want for nothing?', 'Jefe'", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("'what do ya want for nothing?', 'Jefe', 'HmacSHA256'",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        ("'what do ya want for nothing?', 'Jefe', 'HmacMD5'", "750c783e6ab0b503eaa86e310a5db738"),
    ],
)  # fmt: skip
def test_hmac_generate_gives_the_signatures_of_rfc_2202_and_4231(
    evaluate: Evaluate, arguments: str, signature: str
) -> None:
    assert evaluate(f"hmac-generate({arguments})") == signature


def test_hmac_generate_tells_an_algorithm_that_it_does_not_know(evaluate: Evaluate) -> None:
    with pytest.raises(MediationError, match="not 'HmacNone'"):
        evaluate("hmac-generate('a', 'b', 'HmacNone')")


@pytest.mark.parametrize(
    ("source", "text"),
    [("lower-case('aB')", "ab"), ("upper-case('aB')", "AB"), ("ends-with('abc', 'bc')", "true"),
     ("concat(upper-case('a'), 'b')", "Ab")],
)  # fmt: skip
def test_the_extensions_of_jaxen_are_there(evaluate: Evaluate, source: str, text: str) -> None:
    assert evaluate(source) == text


def test_the_file_scope_reads_file_properties(
    evaluate: Evaluate, deploy: Callable[..., Configuration], new_message: NewMessage
) -> None:
    message = new_message(configuration=deploy(files={"file.properties": "a.b=from the file\n"}))
    assert evaluate("get-property('file', 'a.b')", message) == "from the file"
    assert evaluate("get-property('file', 'none')", message) is None


def test_the_operation_is_that_of_every_proxy(evaluate: Evaluate) -> None:
    assert evaluate("get-property('OperationName')") == "mediate"
    assert evaluate("get-property('OperationNamespace')") == ""
