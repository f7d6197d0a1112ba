from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apns_connector.gateway.binding import Received, read_message
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.request import Request
from apns_connector.mediation.configuration import Configuration, read_deployment

PROXY = """<proxy xmlns="http://ws.apache.org/ns/synapse" name="Echo">
  <target><inSequence><respond/></inSequence></target></proxy>"""


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """A deployment with one proxy, Echo."""
    folder = tmp_path_factory.mktemp("deployment")
    proxies = folder / "synapse-configs" / "default" / "proxy-services"
    proxies.mkdir(parents=True)
    (proxies / "Echo.xml").write_text(PROXY)
    return read_deployment(Path(folder), classes={})


@pytest.fixture
def receive(configuration: Configuration) -> Callable[..., Received]:
    """Reads a request: ``receive(body, content_type, name=value, query=…)``."""

    def read(
        body: bytes, content_type: str | None = "text/xml", query: str = "", **headers: str
    ) -> Received:
        fields = {name.lower().replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            fields["content-type"] = content_type
        request = Request("POST", "/services/Echo", query, fields, client="192.0.2.1")
        return read_message(request, body, configuration, Limits())

    return read
