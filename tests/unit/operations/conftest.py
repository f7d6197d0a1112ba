"""A message as an operation finds it, in a deployment with a registry and a vault and nothing else,
and an Apple that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from apns_connector.apns import SANDBOX, Certificate, Response, SigningKey
from apns_connector.errors import ApnsError
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Attachment, Message
from apns_connector.mediation.properties import FunctionContext
from apns_connector.mediation.vault import Vault
from apns_connector.simulator.authority import Authority

TOKEN = "ab" * 32
CERTIFICATE = Certificate.from_pkcs12(
    Authority.create().push_certificate("com.example.app").to_pkcs12("password"), "password"
)


class Clients:
    """The clients of a gateway, and Apple behind them: every request gets ``answer``, which is a
    status and a body, or an error; one after the other if there are several."""

    closed = False

    def __init__(self, *answers: tuple[int, bytes] | Exception, unregistered=None, channels=None):
        self.answers = list(answers) or [(200, b"")]
        self.unregistered = unregistered
        self.credentials = CERTIFICATE
        self.opened: list[tuple[object, ...]] = []
        self.asked: list[tuple[object, ...]] = []
        self.sent: list[object] = []
        self.timeouts: list[float | None] = []
        self._channels = channels

    def destination(self, name):
        return SANDBOX

    def channel_server(self, name):
        return None if name == "lonely" else SANDBOX

    async def certificate(self, content, password, name):
        self.opened.append((content, password, name))
        return CERTIFICATE

    def signing_key(self, content, key_id, team_id, name):
        self.opened.append((content, key_id, team_id, name))
        return SigningKey(None, key_id, team_id)

    async def client(self, credentials, destination, proxy=None):
        self.asked.append((credentials, destination, proxy))
        return self

    def again(self, client):
        return True

    async def channels(self, credentials, bundle_id, server, proxy=None, timeout=None):
        self.asked.append((bundle_id, server, proxy, timeout))
        return self._channels

    async def send(self, notification, *, timeout=None):
        outcome = self._outcome(notification, timeout)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def send_many(self, notifications, *, timeout=None):
        """As they come: the last one first."""
        for outcome in reversed([self._outcome(one, timeout) for one in notifications]):
            yield outcome

    def _outcome(self, notification, timeout):
        answer = self.answers[len(self.sent) % len(self.answers)]
        self.sent.append(notification)
        self.timeouts.append(timeout)
        if not isinstance(answer, Exception):
            return Response(notification, answer[0], body=answer[1])
        if isinstance(answer, ApnsError):
            answer.notification = notification
        return answer


@pytest.fixture
def apple() -> type[Clients]:
    """``apple((410, b'{"reason":"Unregistered"}'))``: clients behind which Apple says that."""
    return Clients


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "synapse-configs/default").mkdir(parents=True)
    folder = tmp_path / "registry/governance/apns"
    folder.mkdir(parents=True)
    (folder / "push.p12").write_bytes(b"from the registry")
    (folder / "AuthKey.p8").write_bytes(b"key from the registry")
    vault = Vault.create(tmp_path, "the master key", cost=2)
    vault.put("apns.key", "key from the vault")
    return read_deployment(tmp_path, classes={}, libraries=[], vault=vault)


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


@pytest.fixture
def called(message: Callable[..., Message]) -> Callable[..., Message]:
    """``called("dispatchToDevice", title="Hi")``: a message on which the template of that operation
    runs with these parameters, after an init of a certificate; ``init`` changes that one."""

    def build(
        operation: str, init: dict[str, object] | None = None, **parameters: object
    ) -> Message:
        good = {
            "destination": "sandbox",
            "certificateFetchMethod": "registry",
            "certificateRegistryPath": "gov:/apns/push.p12",
            "password": "secret word",
        }
        built = message(**{**good, **(init or {})})
        given = {name: value for name, value in parameters.items() if value is not None}
        built.functions.append(FunctionContext(operation, given))
        return built

    return build
