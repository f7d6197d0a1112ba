"""One HTTP request as the gateway sees it: the ASGI scope read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from apns_connector.gateway.client_address import Networks, client_address, client_host
from apns_connector.gateway.refusal import Refused

MAX_URL_PARAMETERS = 100
_BODILESS = ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE")


# A further key of a scope, by which our own server gives a body that has arrived as a whole: a
# function of the most bytes it may have. ``None`` if the body is to be received as always. Who puts
# another ``receive`` in the place of the server's takes this out.
WHOLE_BODY: Final = "apns_connector.whole_body"


class Request(msgspec.Struct, frozen=True):
    """``path`` is percent-decoded, ``raw_path`` as it was sent. ``headers`` by lower-case name, the
    values of a repeated field joined with commas (RFC 9110 5.3). ``client`` is an address;
    ``client_host`` a name that a trusted proxy gave. ``whole_body`` is what the scope has under
    ``WHOLE_BODY``."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    scheme: str = "http"
    client: str | None = None
    client_host: str | None = None
    http_version: str = "1.1"
    raw_path: str = ""
    whole_body: Callable[[int], bytes | None] | None = None

    @classmethod
    def from_scope(cls, scope: Mapping[str, Any], trusted: Networks = ()) -> Request:
        """From an ASGI ``http`` scope. ``trusted``: proxies that say for whom they ask."""
        fields = scope["headers"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in fields}
        if len(headers) != len(fields):
            headers = _joined(fields)
        peer = scope.get("client")
        client, host = peer[0] if peer else None, None
        if trusted:
            host = client_host(client, headers.get("x-forwarded-host"), trusted)
            client = client_address(client, headers.get("x-forwarded-for"), trusted)
        return cls(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
            scope.get("scheme", "http"),
            client,
            host,
            scope.get("http_version", "1.1"),
            scope.get("raw_path", b"").decode("latin-1"),
            scope.get(WHOLE_BODY),
        )

    def url_parameters(self) -> dict[str, str]:
        """The query, decoded; the last of equal names counts. Raises Refused (400) for a flood."""
        if not self.query:
            return {}
        try:
            pairs = parse_qsl(self.query, keep_blank_values=True, max_num_fields=MAX_URL_PARAMETERS)
        except ValueError as error:
            raise Refused(400, f"The URL has more than {MAX_URL_PARAMETERS} parameters") from error
        return dict(pairs)

    def asks_for(self, word: str) -> bool:
        """Whether the query begins with that lower-case word, as in ``?wsdl``."""
        return self.query.partition("&")[0].partition("=")[0].lower() == word

    @property
    def wants_body(self) -> bool:
        """Whether a body belongs to the method (RFC 9110 9.3): where it does not, the header fields
        that describe one mean nothing as long as there is none."""
        return self.method not in _BODILESS

    @property
    def target(self) -> str:
        """Path and query as they were sent: what WS-Addressing To and REST properties hold."""
        path = self.raw_path or self.path
        return f"{path}?{self.query}" if self.query else path


def _joined(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Where a field is repeated."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
