"""No secret is in any log, at debug level, whether things go well or not."""

from __future__ import annotations

import subprocess
import sys

import pytest

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
PASSWORD = "Pa55-w0rd-of-the-file"


def envelope(password: str, token: str) -> bytes:
    values = {
        "destination": "sandbox",
        "certificateFetchMethod": "registry",
        "certificateRegistryPath": "gov:/apns/secret.p12",
        "password": password,
        "deviceToken": token,
        "alert": "Hello",
    }
    elements = "".join(f"<apns:{name}>{value}</apns:{name}>" for name, value in values.items())
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<apns:pushMessage xmlns:apns="urn:org.wso2.carbon.connector.apns">{elements}'
        "</apns:pushMessage></s:Body></s:Envelope>"
    ).encode()


@pytest.fixture(scope="module")
def gateway(serve, apple):
    def prepare(deployment):
        identity = apple.credentials.authority.push_certificate("com.example.app")
        file = deployment / "registry/governance/apns/secret.p12"
        file.write_bytes(identity.to_pkcs12(PASSWORD))
        proxy = deployment / "synapse-configs/default/proxy-services/PushNotification.xml"
        # Log as much as a flow can: the whole request, and every property with a secret in it.
        chatty = '<log level="full"><property name="p" expression="$ctx:password"/></log>'
        text = proxy.read_text()
        text = text.replace("<apns.init>", f"{chatty}<apns.init>")
        text = text.replace("<makefault", f'<log level="full"/>{chatty}<makefault')
        proxy.write_text(text)

    return serve("inline-init", prepare, APNS__TIMEOUT="2")


def test_neither_password_nor_key_nor_full_token_is_in_the_log(gateway, apple):
    for password in (PASSWORD, PASSWORD + "-wrong"):
        for token in (TOKEN, "bad04002" + TOKEN[8:], "bad24000" + TOKEN[8:], TOKEN + "zz"):
            gateway.request(envelope(password, token), {"Content-Type": "text/xml"})
    log = gateway.command.log.read_text() + apple.command.log.read_text()
    assert "PushNotification" in log
    assert TOKEN[-8:] in log, "a log that shows nothing proves nothing"
    assert TOKEN[8:] not in log
    assert PASSWORD not in log
    assert "PRIVATE KEY" not in log


def test_a_pushed_notification_logs_no_provider_token(apple):
    key = apple.credentials
    done = subprocess.run(
        [
            sys.executable, "-m", "apns_connector", "push", TOKEN, "--alert", "Hello",
            "--key", key.signing_key, "--key-id", key.key_id, "--team-id", key.team_id,
            "--topic", key.topic, "--host", "localhost", "--port", str(apple.port),
            "--trust", key.ca,
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("Accepted: apns-id ")
    shown = done.stdout + done.stderr + apple.command.log.read_text()
    assert "eyJ" not in shown
    assert TOKEN not in shown
