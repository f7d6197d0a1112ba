"""A zeep client, made from the WSDL, gets True or a fault with the right code: SOAP 1.1 and 1.2."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zeep
from requests import Session
from zeep.exceptions import Fault
from zeep.transports import Transport

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
UNREGISTERED = "bad04102" + "0" * 56
BAD_DEVICE_TOKEN = "bad04002" + "0" * 56
NEVER_ANSWERED = "bad20000" + "0" * 56

GOOD = {
    "destination": "sandbox",
    "certificateFetchMethod": "registry",
    "certificateRegistryPath": "gov:/apns/certificate.p12",
    "password": "password",
    "deviceToken": TOKEN,
    "alert": "Hello iOS",
}
# {"aps":{"alert":"…","badge":0}} around the alert.
PAYLOAD_OVERHEAD = len('{"aps":{"alert":"","badge":0}}')


@pytest.fixture(scope="module")
def gateway(serve, apple):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed_port = unused.getsockname()[1]

    def add_certificates(deployment: Path) -> None:
        folder = deployment / "registry/governance/apns"
        authority = apple.credentials.authority
        expired = authority.push_certificate("com.example.app", days=-3)
        (folder / "expired.p12").write_bytes(expired.to_pkcs12("password"))
        legacy = authority.push_certificate("com.example.app", rsa_key=True)
        (folder / "legacy.p12").write_bytes(legacy.to_pkcs12("password", legacy=True))
        (folder / "no-pkcs12.p12").write_bytes(b"This is no certificate.")

    return serve(
        "inline-init",
        add_certificates,
        APNS__TIMEOUT="2",
        APNS__DESTINATIONS__PRODUCTION__HOST="127.0.0.1",
        APNS__DESTINATIONS__PRODUCTION__PORT=str(closed_port),
        APNS__DESTINATIONS__PRODUCTION__TRUST=str(apple.credentials.ca.resolve()),
    )


@pytest.fixture(scope="module", params=["Soap11", "Soap12"])
def push(request, gateway) -> Iterator[Callable[..., object]]:
    with Session() as session:
        session.trust_env = False
        client = zeep.Client(f"{gateway.url}?wsdl", transport=Transport(session=session))
        service = client.bind("PushNotification", request.param)
        yield lambda **changes: service.pushMessage(
            **{key: value for key, value in {**GOOD, **changes}.items() if value is not None}
        )


def codes(fault: Fault) -> str:
    """Where the code is: the fault code itself, or with SOAP 1.2 a subcode."""
    return " ".join([str(fault.code), *(str(code) for code in fault.subcodes or ())])


def test_the_good_request_returns_true(push):
    assert push() is True


def test_a_device_token_with_spaces_and_upper_case_digits_is_understood(push, empty_apple):
    spaced = " ".join(re.findall("........", TOKEN.upper()))
    assert push(deviceToken=spaced) is True
    assert empty_apple.notifications()[0]["path"] == f"/3/device/{TOKEN}"


def test_a_certificate_in_the_old_ciphers_of_a_keychain_is_opened(push):
    assert push(certificateRegistryPath="gov:/apns/legacy.p12") is True


def test_a_payload_of_4096_bytes_is_accepted(push, empty_apple):
    assert push(alert="x" * (4096 - PAYLOAD_OVERHEAD)) is True


def test_the_badge_is_0_when_the_request_has_none(push, empty_apple):
    push()
    assert empty_apple.notifications()[0]["payload"] == {"aps": {"alert": "Hello iOS", "badge": 0}}


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        pytest.param({"deviceToken": None}, 1, "Device token is empty", id="no-device-token"),
        pytest.param({"deviceToken": "nonsense"}, 1, "hexadecimal", id="no-hexadecimal-token"),
        pytest.param({"badge": "three"}, 1, "not an integer", id="badge-no-integer"),
        pytest.param({"destination": "moon"}, 3, "'moon' is not valid", id="unknown-destination"),
        pytest.param({"destination": None}, 3, "'' is not valid", id="no-destination"),
        pytest.param(
            {"certificateFetchMethod": "pigeon"}, 1, "'pigeon' is not allowed", id="unknown-method"
        ),
        pytest.param(
            {"certificateFetchMethod": "attachment", "certificateAttachmentName": "certificate"},
            2, "Cannot extract certificate attachment for the name certificate", id="no-attachment",
        ),
        pytest.param(
            {"certificateRegistryPath": "gov:/apns/none.p12"},
            2, "No certificate in registry path gov:/apns/none.p12", id="no-resource",
        ),
        pytest.param(
            {"certificateRegistryPath": "gov:/../../gateway.yaml"},
            2, "cannot be read", id="path-out-of-the-registry",
        ),
        pytest.param({"password": "wrong"}, 2, "the password is wrong", id="wrong-password"),
        pytest.param(
            {"certificateRegistryPath": "gov:/apns/no-pkcs12.p12"},
            2, "it is not a PKCS#12 file", id="no-pkcs12",
        ),
        pytest.param(
            {"certificateRegistryPath": "gov:/apns/expired.p12"}, 2, "expired on", id="expired"
        ),
        pytest.param(
            {"alert": "x" * (4097 - PAYLOAD_OVERHEAD)},
            6, "Payload is too long. (4097 bytes, 4096 are allowed)", id="payload-4097",
        ),
        pytest.param(
            {"deviceToken": BAD_DEVICE_TOKEN}, 1, "BadDeviceToken", id="bad-device-token"
        ),
        pytest.param({"deviceToken": UNREGISTERED}, 4, "Unregistered", id="unregistered"),
        pytest.param({"destination": "production"}, 4, "Cannot connect to APNs", id="apple-down"),
        pytest.param({"deviceToken": NEVER_ANSWERED}, 4, "No answer from APNs", id="apple-silent"),
    ],
)  # fmt: skip
def test_a_failure_is_a_fault_with_its_code(push, changes, code, sentence):
    with pytest.raises(Fault) as caught:
        push(**changes)
    assert f"APNS_00000{code}" in codes(caught.value)
    assert sentence in caught.value.message
    assert caught.value.message.endswith(f" - Error Code : <APNS_00000{code}>")


def test_the_detail_names_status_reason_and_timestamp_of_apple(push):
    with pytest.raises(Fault) as caught:
        push(deviceToken=UNREGISTERED)
    detail = "".join(caught.value.detail.itertext())
    assert detail.startswith("410 Unregistered: ")
    assert re.search(r"Invalid since \d{4}-\d\d-\d\dT[\d:]+Z \(timestamp \d{13}\)\.", detail)


def test_after_every_failure_the_good_request_still_returns_true(push):
    assert push() is True
