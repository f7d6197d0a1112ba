"""What takes the place of certificates, keys and passwords, so that tests need none: with any of
them a flow sends to the simulator. And of message stores, which a case leaves as they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from apns_connector.apns import Certificate, Destination, SigningKey
from apns_connector.apns.push_type import PUSH_TYPES, bundle_id
from apns_connector.errors import RegistryError
from apns_connector.mediation.library import Document
from apns_connector.mediation.message import Message
from apns_connector.mediation.registry import Mounted, canonical
from apns_connector.mediation.snapshot import freeze
from apns_connector.mediation.vault import Vault
from apns_connector.mediation.xml import local_name
from apns_connector.operations import Clients
from apns_connector.simulator import DemoCredentials

_PATHS = ("certificateRegistryPath", "signingKeyRegistryPath")


class StandInVault(Vault):
    """Knows every alias."""

    def get(self, alias: str) -> str:
        return f"the secret {alias}"


class StandInKeeper:
    """Keeps what is put into a store as long as the case, of which nobody takes it out again.

    ``kept``: by the name of the store, as real ones would have it.
    """

    def __init__(self) -> None:
        self.kept: dict[str, list[bytes]] = {}

    async def keep(self, store_name: str, message: Message) -> None:
        self.kept.setdefault(store_name, []).append(freeze(message))


class StandInClients(Clients):
    """Whatever certificate or key a flow names, these are used instead."""

    def __init__(
        self,
        certificate: Certificate,
        signing_key: SigningKey,
        destinations: Mapping[str, Destination],
        channel_servers: Mapping[str, Destination],
    ) -> None:
        super().__init__(destinations, channel_servers=channel_servers)
        self._certificate = certificate
        self._signing_key = signing_key

    async def certificate(self, content: bytes, password: str, name: str) -> Certificate:
        return self._certificate

    def signing_key(self, content: bytes, key_id: str, team_id: str, name: str) -> SigningKey:
        return self._signing_key


def stand_in_resources(documents: Iterable[Document]) -> dict[str, Mounted]:
    """Something at every registry path from which the artifacts take a certificate or key, as far
    as they name it without an expression."""
    found: dict[str, Mounted] = {}
    for path in _texts(documents, _PATHS):
        try:
            found[canonical(path)] = Mounted(b"a stand-in", None, path)
        except RegistryError:
            continue  # the flow itself will say so
    return found


def certificate_for(documents: Iterable[Document], credentials: DemoCredentials) -> Certificate:
    """For the topics that the artifacts name without an expression, and all push types of them."""
    named = [bundle_id(topic) for topic in _texts(documents, ("topic",))] or [credentials.topic]
    topics = [topic for bundle in dict.fromkeys(named) for topic in _topics(bundle)]
    identity = credentials.authority.push_certificate(
        topics[0], topics=dict.fromkeys(topics, "app"), team_id=credentials.team_id
    )
    content = identity.to_pkcs12(credentials.password)
    return Certificate.from_pkcs12(content, credentials.password, "the stand-in certificate")


def signing_key_of(credentials: DemoCredentials) -> SigningKey:
    content = credentials.signing_key.read_bytes()
    return SigningKey.from_p8(content, credentials.key_id, credentials.team_id)


def _topics(bundle: str) -> Sequence[str]:
    return list(dict.fromkeys([bundle, *(row.topic(bundle) for row in PUSH_TYPES.values())]))


def _texts(documents: Iterable[Document], names: Sequence[str]) -> Iterator[str]:
    """The static texts of the elements of those names."""
    for document in documents:
        for element in document.element.iter("*"):
            text = (element.text or "").strip()
            if local_name(element.tag) in names and text and "{" not in text:
                yield text
