"""The gateway as an ASGI application: paths to pages, proxies and APIs, one answer whatever
happens.

A plain callable over dictionaries: a framework's routing costs more than the mediation of a small
message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

from apns_connector.gateway.admission import Admission
from apns_connector.gateway.answer import Answer, refusal_answer
from apns_connector.gateway.asgi import (
    App,
    Disconnected,
    Receive,
    Reply,
    Scope,
    Send,
    ends_connection,
    serve_lifespan,
)
from apns_connector.gateway.binding import expected_form
from apns_connector.gateway.client_address import Networks
from apns_connector.gateway.cors import Cors, cors_headers
from apns_connector.gateway.intake import Intake, Receiver
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.gateway.route import PREFIX, find_service, open_proxies, service_names
from apns_connector.gateway.wsdl import write_wsdl
from apns_connector.mediation.api import find_api, ordered
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.main import Main, defines_main
from apns_connector.mediation.proxy import Proxy
from apns_connector.mediation.routing.api_request import ApiRequest
from apns_connector.mediation.routing.asked import Asked
from apns_connector.mediation.routing.dispatch import Unmediated

_log = logging.getLogger(__name__)

NO_CORS = Cors()
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]{1,255})(?::[0-9]{1,5})?", re.ASCII)


class _Served:
    """One configuration, with what was found out about it to serve it. A request belongs to one
    from its first to its last step; another configuration is another object."""

    def __init__(self, configuration: Configuration, intake: Intake) -> None:
        self.configuration = configuration
        self.intake = intake
        self.proxies = configuration.proxies
        self.main = Main() if defines_main(configuration) else None
        self._names = service_names(self.proxies)
        self.open = open_proxies(self.proxies, self._names)
        self._apis = ordered(configuration.apis)

    def proxy(self, path: str) -> Proxy | None:
        name = find_service(path, self._names)
        return None if name is None else self.proxies[name]

    def api_request(self, asked: Asked) -> ApiRequest | Unmediated | None:
        api = find_api(self._apis, asked)
        return None if api is None else api.request(asked, self.configuration)


class Gateway:
    """Serves the proxies and APIs of one deployment.

    ``public_url`` (scheme and authority) is what WSDL documents give as address; without it they
    give what the client connected to. ``cors`` is for the APIs. ``mounts`` are further ASGI
    applications by first path segment, such as ``{"console": app}``; ``admission`` is shared with
    those that count among the requests in progress. ``trusted`` proxies are believed for whom they
    ask.
    """

    def __init__(
        self,
        configuration: Configuration,
        limits: Limits | None = None,
        *,
        public_url: str | None = None,
        cors: Cors = NO_CORS,
        admission: Admission | None = None,
        mounts: Mapping[str, App] | None = None,
        trusted: Networks = (),
    ) -> None:
        self.limits = limits or Limits()
        intake = Intake(configuration, self.limits, admission)
        self._served = _Served(configuration, intake)
        self._public_url = public_url.rstrip("/") if public_url is not None else None
        self._cors = cors
        self._trusted = trusted
        self._mounts = dict(mounts or ())
        self._pages: Mapping[str, Callable[[], Answer]] = {
            "/health": self._health,
            PREFIX: self._list_services,
            PREFIX + "/": self._list_services,
        }

    @property
    def requests_in_progress(self) -> int:
        """Requests whose flow has not ended, even if their client has its answer."""
        return self._served.intake.requests_in_progress

    def replace(self, configuration: Configuration) -> None:
        """Serve another configuration from the next request on. Those in progress keep theirs."""
        self._served = _Served(configuration, self._served.intake.serving(configuration))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "lifespan":
            return serve_lifespan(receive, send)
        mounted = self._mounts.get(scope["path"][1:].partition("/")[0])
        if mounted is not None:
            return mounted(scope, receive, send)
        return self._serve(Request.from_scope(scope, self._trusted), receive, Reply.to(scope, send))

    async def _serve(self, request: Request, receive: Receive, reply: Reply) -> None:
        served = self._served
        try:
            _check_host(request.headers.get("host"), request.http_version)
            # Nearly all requests are for a proxy that takes them.
            meant: Answer | Receiver | None = served.open.get((request.scheme, request.path))
            if meant is None or request.method != "POST":
                meant = self._meant(served, request, reply)
            if isinstance(meant, Answer):
                await reply.give(meant)
            else:
                await served.intake.take(meant, request, receive, reply)
        except Refused as refused:
            where = (request.method, request.path[:200])
            _log.info("%s %r: refused with %d: %r", *where, refused.status, refused.problem)
            await reply.give(_refusal(request, refused))
        except Disconnected:
            where = (request.method, request.path[:200])
            _log.info("%s %r: the client left before the end of its request", *where)
        except asyncio.CancelledError:
            await reply.give(_refusal(request, Refused(503, "The gateway is stopping")))
            raise

    # What is meant, in the order in which Synapse looks: services, APIs, main.

    def _meant(self, served: _Served, request: Request, reply: Reply) -> Answer | Receiver:
        proxy = served.proxy(request.path)
        if proxy is not None:
            return self._at_proxy(proxy, request)
        page = self._pages.get(request.path)
        if page is not None and request.method in ("GET", "HEAD"):
            return page()
        asked = Asked(request.method, request.target, request.scheme, request.headers)
        found = served.api_request(asked)
        if found is not None:
            return self._at_api(found, request, reply)
        if served.main is not None and not request.path.startswith(PREFIX):
            return served.main
        raise self._unknown(request)

    def _at_proxy(self, proxy: Proxy, request: Request) -> Answer | Proxy:
        if request.method == "POST":
            _check_open(proxy, request)
            return proxy
        if request.method not in ("GET", "HEAD") or not request.asks_for("wsdl"):
            raise _not_allowed(request, "POST")
        return self._wsdl(proxy, request)

    def _at_api(
        self, found: ApiRequest | Unmediated, request: Request, reply: Reply
    ) -> Answer | ApiRequest:
        methods = found.allowed if isinstance(found, Unmediated) else found.resource.stated_methods
        reply.headers = cors_headers(self._cors, request.headers.get("origin"), methods)
        if isinstance(found, ApiRequest):
            return found
        allow = (("allow", ", ".join(found.allowed)),) if found.allowed else ()
        if found.problem:
            raise Refused(found.status, found.problem, allow)
        return Answer(found.status, allow)

    def _unknown(self, request: Request) -> Refused:
        if request.path in self._pages:
            return _not_allowed(request, "GET, HEAD")
        return Refused(404, f"There is no service at {request.path[:200]}")

    # Pages.

    def _wsdl(self, proxy: Proxy, request: Request) -> Answer:
        base_url = (
            self._public_url or f"{request.scheme}://{request.headers.get('host') or 'localhost'}"
        )
        document = write_wsdl(proxy.name, proxy.wsdl, base_url)
        return Answer(200, (("content-type", "text/xml; charset=UTF-8"),), document)

    def _health(self) -> Answer:
        return _json({"status": "ok", "requests": self.requests_in_progress})

    def _list_services(self) -> Answer:
        return _json({"services": sorted(self._served.proxies)})


@lru_cache(maxsize=64)  # clients name the few by which they know this gateway
def _check_host(host: str | None, http_version: str) -> None:
    """RFC 9112 3.2: exactly one Host. It goes into WSDL addresses, so its characters matter."""
    if host is None and http_version == "1.0":
        return
    if host is None or _HOST.fullmatch(host) is None:
        raise Refused(400, "The request needs one Host header that names a host")


def _check_open(proxy: Proxy, request: Request) -> None:
    """A proxy takes requests by the transports it names, once it is started."""
    if not proxy.active:
        raise Refused(503, f"Proxy '{proxy.name}' is not started (startOnLoad is false)")
    if proxy.transports and request.scheme not in proxy.transports:
        raise Refused(
            404, f"Proxy '{proxy.name}' is served by {' and '.join(proxy.transports)} only"
        )


def _not_allowed(request: Request, allowed: str) -> Refused:
    problem = f"{request.method} is not possible here, only {allowed}"
    return Refused(405, problem, (("allow", allowed),))


def _refusal(request: Request, refused: Refused) -> Answer:
    return ends_connection(request, refusal_answer(refused, expected_form(request)))


def _json(value: Mapping[str, Any]) -> Answer:
    return Answer(200, (("content-type", "application/json"),), json.dumps(value).encode())
