"""Exactly one kind of credentials, found where the parameters say, by the original's checks."""

from __future__ import annotations

import asyncio

import pytest

from apns_connector.operations.credentials import (
    CertificateFile,
    SigningKeyFile,
    read_credentials,
)
from apns_connector.operations.failure import OperationError
from apns_connector.operations.init import PARAMETERS
from apns_connector.operations.parameters import Parameters, properties

KEY = {"keyId": "ABCDEFGHIJ", "teamId": "KLMNOPQRST"}
NO_CERTIFICATE = {
    "certificateFetchMethod": None,
    "certificateRegistryPath": None,
    "certificateAttachmentName": None,
    "password": None,
}


def read(message):
    return read_credentials(message, Parameters(message, "init", properties(*PARAMETERS)))


def failure(message) -> tuple[str, str, str]:
    with pytest.raises(OperationError) as caught:
        read(message)
    return caught.value.code, caught.value.sentence, caught.value.detail


# ---- certificates -------------------------------------------------------------------------------


def test_the_certificate_is_taken_from_the_registry(complete):
    file = read(complete())
    assert file == CertificateFile(
        "gov:/apns/push.p12", b"from the registry", "secret word", "gov:/apns/push.p12"
    )


def test_the_certificate_is_taken_from_an_attachment(complete):
    file = read(complete(certificateFetchMethod="attachment"))
    assert (file.name, file.content) == ("certificate", b"from the request")


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        (
            {"certificateFetchMethod": None},
            "APNS_000001",
            "Mandatory property apns.certificateFetchMethod is missing.",
        ),
        (
            {"certificateFetchMethod": "Registry"},
            "APNS_000001",
            "Certificate fetch method 'Registry' is not allowed.",
        ),
        (
            {"certificateRegistryPath": None},
            "APNS_000001",
            "Mandatory property apns.certificateRegistryPath is missing.",
        ),
        (
            {"certificateRegistryPath": "gov:/none.p12"},
            "APNS_000002",
            "No certificate in registry path gov:/none.p12",
        ),
        (
            {"certificateRegistryPath": "gov:/../../../etc/passwd"},
            "APNS_000002",
            "Certificate content in registry, <gov:/../../../etc/passwd> cannot be read",
        ),
        (
            {"certificateFetchMethod": "attachment", "certificateAttachmentName": None},
            "APNS_000001",
            "Mandatory property apns.certificateAttachmentName is missing.",
        ),
        (
            {"certificateFetchMethod": "attachment", "certificateAttachmentName": "other"},
            "APNS_000002",
            "Cannot extract certificate attachment for the name other",
        ),
        ({"password": None}, "APNS_000001", "Mandatory property apns.password is missing."),
    ],
)
def test_what_is_missing_or_wrong_is_told(complete, changes, code, sentence):
    assert failure(complete(**changes))[:2] == (code, sentence)


def test_the_password_is_looked_for_after_the_certificate(complete):
    both = complete(password=None, certificateRegistryPath="gov:/none.p12")
    assert failure(both)[0] == "APNS_000002"


def test_the_detail_of_an_absent_attachment_names_those_that_are_there(complete):
    message = complete(certificateFetchMethod="attachment", certificateAttachmentName="other")
    assert "'certificate'" in failure(message)[2]


def test_empty_values_are_judged_as_the_original_does(complete):
    """What a flow found no element for: the original connector's own test proxy does so."""
    empty = complete(**dict.fromkeys(NO_CERTIFICATE, ""))
    assert failure(empty)[:2] == ("APNS_000001", "Certificate fetch method '' is not allowed.")


# ---- signing keys -------------------------------------------------------------------------------


def test_the_signing_key_is_taken_from_the_registry(complete):
    path = "gov:/apns/AuthKey.p8"
    file = read(complete(**NO_CERTIFICATE, signingKeyRegistryPath=path, **KEY))
    assert file == SigningKeyFile(path, b"key from the registry", "ABCDEFGHIJ", "KLMNOPQRST", path)


def test_the_signing_key_is_taken_from_the_vault(complete):
    file = read(complete(**NO_CERTIFICATE, signingKeyAlias="apns.key", **KEY))
    assert (file.name, file.content) == ("alias apns.key", b"key from the vault")


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        (
            {"signingKeyAlias": "apns.key", **KEY, "keyId": None},
            "APNS_000001",
            "Mandatory property apns.keyId is missing.",
        ),
        (
            {"signingKeyAlias": "apns.key", **KEY, "teamId": ""},
            "APNS_000001",
            "Mandatory property apns.teamId is missing.",
        ),
        (KEY, "APNS_000001", "Mandatory property apns.signingKeyRegistryPath is missing."),
        (
            {"signingKeyAlias": "other", **KEY},
            "APNS_000002",
            "No signing key under the alias other",
        ),
        (
            {"signingKeyRegistryPath": "gov:/none.p8", **KEY},
            "APNS_000002",
            "No signing key in registry path gov:/none.p8",
        ),
        (
            {"signingKeyRegistryPath": "gov:/../../x", **KEY},
            "APNS_000002",
            "Signing key content in registry, <gov:/../../x> cannot be read",
        ),
        (
            {"signingKeyRegistryPath": "gov:/none.p8", "signingKeyAlias": "apns.key", **KEY},
            "APNS_000001",
            "Either apns.signingKeyRegistryPath or apns.signingKeyAlias can be given, not both",
        ),
    ],
)
def test_what_is_missing_or_wrong_of_a_signing_key_is_told(complete, changes, code, sentence):
    assert failure(complete(**NO_CERTIFICATE, **changes))[:2] == (code, sentence)


def test_a_deployment_without_a_vault_says_so(complete):
    message = complete(**NO_CERTIFICATE, signingKeyAlias="apns.key", **KEY)
    message.configuration.vault = None
    assert failure(message)[2] == "This deployment has no vault"


def test_a_signing_key_beside_empty_values_of_a_certificate_is_one_kind(complete):
    values = {**dict.fromkeys(NO_CERTIFICATE, ""), "signingKeyAlias": "apns.key", **KEY}
    assert isinstance(read(complete(**values)), SigningKeyFile)


# ---- exactly one kind ---------------------------------------------------------------------------


def test_both_kinds_are_refused_with_all_that_was_given(complete):
    code, sentence, detail = failure(complete(signingKeyAlias="apns.key", **KEY))
    assert code == "APNS_000002"
    assert sentence == "Either a certificate or a signing key can be used, not both"
    assert "certificateRegistryPath" in detail
    assert "signingKeyAlias" in detail


def test_neither_kind_is_refused_with_what_each_needs(complete):
    code, sentence, detail = failure(complete(**NO_CERTIFICATE))
    assert code == "APNS_000002"
    assert sentence == "Neither a certificate nor a signing key is given"
    assert "signingKeyRegistryPath or signingKeyAlias, keyId and teamId" in detail


def test_files_are_opened_by_the_clients_with_what_they_need(apple):
    clients = apple()

    async def scenario():
        await CertificateFile("a.p12", b"content", "password").open(clients)
        await SigningKeyFile("a.p8", b"content", "ABCDEFGHIJ", "KLMNOPQRST").open(clients)

    asyncio.run(scenario())
    assert clients.opened == [
        (b"content", "password", "a.p12"),
        (b"content", "ABCDEFGHIJ", "KLMNOPQRST", "a.p8"),
    ]


def test_neither_password_nor_content_is_in_a_repr(complete):
    shown = repr(read(complete())) + repr(
        read(complete(**NO_CERTIFICATE, signingKeyAlias="apns.key", **KEY))
    )
    for secret in ("secret word", "from the registry", "key from the vault"):
        assert secret not in shown
