"""A gateway with a REST API, the simulator behind it, and a client in front."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apns_connector.mediation.vault import MASTER_KEY_VARIABLE, Vault
from apns_connector.runtime import Runtime
from apns_connector.simulator import DemoCredentials, Simulator, demo_credentials

API_KEY = "8c1f6d4e-a-key-for-tests"
SETTINGS = """
http: {{port: 0}}
apns:
  timeout: 2
  destinations:
    sandbox: {{host: 127.0.0.1, port: {port}, trust: {trust}}}
rest:
  destination: sandbox
  topic: com.example.app
  {credentials}
  api_keys:
    billing: {{sha256: {digest}}}
    ops: {{alias: rest.ops, may: [unregistered]}}
"""
SIGNING_KEY = "signing_key: {path: AuthKey.p8, key_id: DEMOKEY001, team_id: DEMOTEAM01}"


@dataclass
class Answered:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A running gateway and the Apple behind it."""

    runtime: Runtime
    apple: Simulator
    folder: Path

    async def ask(
        self, method: str, path: str, content: Any = None, key: str | None = API_KEY, **headers: str
    ) -> Answered:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            fields["Authorization"] = f"Bearer {key}"
        body = None
        if content is not None:
            fields.setdefault("Content-Type", "application/json")
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return await asyncio.to_thread(self._ask, method, path, body, fields)

    def _ask(self, method: str, path: str, body: bytes | None, fields: dict[str, str]) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", self.runtime.port, timeout=20)
        try:
            connection.request(method, f"/v1/{path}", body, fields)
            answer = connection.getresponse()
            return Answered(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoCredentials:
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


@pytest.fixture
def deployment(demo: DemoCredentials, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Writes a deployment that sends to a port, and gives the environment that opens its vault."""

    def write(port: int, credentials: str = SIGNING_KEY) -> dict[str, str]:
        registry = tmp_path / "registry/governance/apns"
        registry.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(demo.client_certificate, registry / "push.p12")
        shutil.copyfile(demo.signing_key, tmp_path / "AuthKey.p8")
        vault = Vault.create(tmp_path, "master", cost=2)
        vault.put("apns.password", demo.password)
        vault.put("rest.ops", "the key of ops")
        digest = hashlib.sha256(API_KEY.encode()).hexdigest()
        settings = SETTINGS.format(port=port, trust=demo.ca, digest=digest, credentials=credentials)
        (tmp_path / "gateway.yaml").write_text(settings)
        return {MASTER_KEY_VARIABLE: "master"}

    return write


@pytest.fixture
def serve(
    demo: DemoCredentials, deployment: Callable[..., dict[str, str]], tmp_path: Path
) -> Serve:
    """``async with serve(credentials=…) as served``."""

    @asynccontextmanager
    async def start(credentials: str = SIGNING_KEY) -> AsyncIterator[Served]:
        async with Simulator(demo) as apple:
            environment = deployment(apple.port, credentials)
            async with Runtime(tmp_path, environment) as runtime:
                yield Served(runtime, apple, tmp_path)

    return start
