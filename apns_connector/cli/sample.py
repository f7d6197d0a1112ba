"""Samples: folders that are a deployment with requests and the answers expected.

A request is written as HTTP is: request line, header fields, an empty line, the body. In a body
``{{base64 FILE}}`` stands for that file's content. An expected answer has its status in the first
line; ``NAME.notifications.json`` beside it lists what Apple gets.
"""

from __future__ import annotations

import base64
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from apns_connector.mediation.vault import MASTER_KEY_VARIABLE, Vault
from apns_connector.settings import ENVIRONMENT_PREFIX
from apns_connector.simulator import DemoCredentials

CERTIFICATE = Path("registry/governance/apns/certificate.p12")
SIGNING_KEY = Path("registry/governance/apns/AuthKey.p8")
PASSWORD_ALIAS = "apns.certificate.password"  # noqa: S105 - the alias of one
SIGNING_KEY_ALIAS = "apns.signing.key"

_INCLUDED = re.compile(rb"\{\{base64 ([^}]+)\}\}")


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """``headers`` in their order; ``body`` as it goes on the wire."""

    name: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def prepare(
    sample: Path,
    folder: Path,
    credentials: DemoCredentials,
    port: int,
    management_port: int | None = None,
) -> dict[str, str]:
    """Copy ``sample`` to ``folder`` and give it a certificate and a signing key, and a vault with
    the certificate's password, and the key once more.

    Returns the environment with which it sends to the simulator on ``port`` of this machine, and
    manages channels on ``management_port``, and listens on a free port itself.
    """
    shutil.copytree(sample, folder, dirs_exist_ok=True)
    (folder / CERTIFICATE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(credentials.client_certificate, folder / CERTIFICATE)
    shutil.copyfile(credentials.signing_key, folder / SIGNING_KEY)
    master_key = secrets.token_urlsafe()
    vault = Vault.create(folder, master_key)
    vault.put(PASSWORD_ALIAS, credentials.password)
    vault.put(SIGNING_KEY_ALIAS, credentials.signing_key.read_text())
    sandbox = f"{ENVIRONMENT_PREFIX}APNS__DESTINATIONS__SANDBOX__"
    channels = (
        {} if management_port is None else {"HOST": "127.0.0.1", "PORT": str(management_port)}
    )
    return {
        **{f"{sandbox}CHANNELS__{key}": value for key, value in channels.items()},
        MASTER_KEY_VARIABLE: master_key,
        f"{ENVIRONMENT_PREFIX}HTTP__PORT": "0",
        f"{sandbox}HOST": "127.0.0.1",
        f"{sandbox}PORT": str(port),
        f"{sandbox}TRUST": str(credentials.ca.resolve()),
    }


def read_request(file: Path, credentials: Path) -> SampleRequest:
    """The request in ``file``; what it includes from ``credentials/`` is taken from that folder."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    line, *fields = head.decode().splitlines()
    method, _, path = line.partition(" ")
    headers = tuple((name, value.strip()) for name, _, value in (f.partition(":") for f in fields))
    return SampleRequest(file.stem, method, path, headers, _with_included(body, credentials))


def _with_included(body: bytes, credentials: Path) -> bytes:
    def content(match: re.Match[bytes]) -> bytes:
        return base64.encodebytes((credentials / Path(match[1].decode()).name).read_bytes())

    return _INCLUDED.sub(content, body)
