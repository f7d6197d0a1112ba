"""A message as an operation finds it, in a deployment with a registry and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Attachment, Message

TOKEN = "ab" * 32


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "synapse-configs/default").mkdir(parents=True)
    resource = tmp_path / "registry/governance/apns/push.p12"
    resource.parent.mkdir(parents=True)
    resource.write_bytes(b"from the registry")
    return read_deployment(tmp_path, classes={}, libraries=[], vault=None)


@pytest.fixture
def message(configuration: Configuration) -> Callable[..., Message]:
    """``message(alert="Hi")``: one with these ``apns.*`` properties; None leaves one out."""

    def build(**properties: object) -> Message:
        payload = etree.fromstring(b"<request/>")
        built = Message.from_payload(
            payload,
            configuration=configuration,
            attachments={"certificate": Attachment("certificate", "", b"from the request")},
        )
        for name, value in properties.items():
            built.properties.set(f"apns.{name}", value)
        return built

    return build


@pytest.fixture
def complete(message: Callable[..., Message]) -> Callable[..., Message]:
    """As ``message``, with good values for what is not given."""

    def build(**changes: object) -> Message:
        good = {
            "destination": "sandbox",
            "certificateFetchMethod": "registry",
            "certificateRegistryPath": "gov:/apns/push.p12",
            "certificateAttachmentName": "certificate",
            "password": "secret word",
            "deviceToken": TOKEN,
            "alert": "Hello iOS",
        }
        return message(**{**good, **changes})

    return build
