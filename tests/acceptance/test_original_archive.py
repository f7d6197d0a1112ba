"""An archive in the original connector's shape gives the same answers in the place of ours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
REQUESTS = {
    "good": {"deviceToken": TOKEN, "alert": "Hello", "sound": "default", "badge": "2"},
    "bare": {"deviceToken": TOKEN},
    "no-token": {"alert": "Hello"},
    "bad-token": {"deviceToken": "bad04002" + "0" * 56, "alert": "Hello"},
    "unregistered": {"deviceToken": "bad04102" + "0" * 56, "alert": "Hello"},
    "no-hex": {"deviceToken": "xyz", "alert": "Hello"},
}


def envelope(values: dict[str, str]) -> bytes:
    elements = "".join(f"<apns:{name}>{value}</apns:{name}>" for name, value in values.items())
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<apns:pushMessage xmlns:apns="urn:org.wso2.carbon.connector.apns">{elements}'
        "</apns:pushMessage></s:Body></s:Envelope>"
    ).encode()


@pytest.fixture(scope="module")
def ours(serve):
    return serve("seed-sample")


@pytest.fixture(scope="module")
def theirs(serve, original_archive):
    def add_archive(deployment: Path) -> None:
        libraries = deployment / "synapse-libs"
        libraries.mkdir()
        shutil.copy(original_archive, libraries)
        imports = deployment / "synapse-configs/default/imports"
        imports.mkdir()
        (imports / "{org.wso2.carbon.connector}apns.xml").write_text(
            '<import xmlns="http://ws.apache.org/ns/synapse" name="apns" '
            'package="org.wso2.carbon.connector" status="enabled"/>'
        )

    return serve("seed-sample", add_archive)


@pytest.mark.parametrize("name", REQUESTS)
def test_both_answer_alike_and_send_alike(ours, theirs, empty_apple, name):
    answers, arrived = [], []
    for gateway in (ours, theirs):
        status, _, body = gateway.request(envelope(REQUESTS[name]), {"Content-Type": "text/xml"})
        answers.append((status, without_times(body)))
        arrived.append([(n["path"], n["payload"]) for n in empty_apple.notifications()])
        empty_apple.forget()
    assert answers[0] == answers[1]
    assert arrived[0] == arrived[1]


def without_times(body: bytes) -> bytes:
    """An unregistered device token has a timestamp that moves on."""
    return body.partition(b"Invalid since")[0]
