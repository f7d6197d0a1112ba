"""apns.init: the settings on a message, checked in the order of the original connector."""

from __future__ import annotations

import pytest

from apns_connector.operations.failure import OperationError
from apns_connector.operations.init import read_init


def failure(message) -> tuple[str, str]:
    with pytest.raises(OperationError) as caught:
        read_init(message)
    return caught.value.code, caught.value.sentence


def test_the_certificate_is_taken_from_the_registry(complete):
    init, file = read_init(complete())
    assert (init.destination, init.password) == ("sandbox", "secret word")
    assert (file.name, file.content) == ("gov:/apns/push.p12", b"from the registry")


def test_the_certificate_is_taken_from_an_attachment(complete):
    _, file = read_init(complete(certificateFetchMethod="attachment"))
    assert (file.name, file.content) == ("certificate", b"from the request")


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"destination": None}, "APNS_000001", "Mandatory property apns.destination is missing."),
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
    assert failure(complete(**changes)) == (code, sentence)


def test_the_password_is_looked_for_after_the_certificate(complete):
    both = complete(password=None, certificateRegistryPath="gov:/none.p12")
    assert failure(both)[0] == "APNS_000002"


def test_the_detail_of_an_absent_attachment_names_those_that_are_there(complete):
    message = complete(certificateFetchMethod="attachment", certificateAttachmentName="other")
    with pytest.raises(OperationError) as caught:
        read_init(message)
    assert "'certificate'" in caught.value.detail


def test_neither_password_nor_content_is_in_a_repr(complete):
    shown = repr(read_init(complete()))
    assert "secret word" not in shown
    assert "from the registry" not in shown
