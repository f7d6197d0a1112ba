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
PASSWORD_ALIAS = "apns.certificate.password"  # noqa: S105 - the alias of one

_INCLUDED = re.compile(rb"\{\{base64 ([^}]+)\}\}")


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """``headers`` in their order; ``body`` as it goes on the wire."""

    name: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def prepare(sample: Path, folder: Path, credentials: DemoCredentials, port: int) -> dict[str, str]:
    """Copy ``sample`` to ``folder`` and give it a certificate, and its password in a vault.

    Returns the environment with which it sends to the simulator on ``port`` of this machine, and
    listens on a free port itself.
    """
    shutil.copytree(sample, folder, dirs_exist_ok=True)
    certificate = folder / CERTIFICATE
    certificate.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(credentials.client_certificate, certificate)
    master_key = secrets.token_urlsafe()
    Vault.create(folder, master_key).put(PASSWORD_ALIAS, credentials.password)
    sandbox = f"{ENVIRONMENT_PREFIX}APNS__DESTINATIONS__SANDBOX__"
    return {
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
