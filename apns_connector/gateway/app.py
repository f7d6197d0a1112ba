"""The gateway as an ASGI application: paths to pages and proxies, one answer whatever happens.

A plain callable over dictionaries: a framework's routing costs more than the mediation of a small
message.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from apns_connector.gateway.answer import Answer, plain_refusal, refusal_answer
from apns_connector.gateway.asgi import (
    App,
    Disconnected,
    Receive,
    Reply,
    Scope,
    Send,
    serve_lifespan,
)
from apns_connector.gateway.binding import expected_form
from apns_connector.gateway.intake import Intake
from apns_connector.gateway.limits import Limits
from apns_connector.gateway.refusal import Refused
from apns_connector.gateway.request import Request
from apns_connector.gateway.route import PREFIX, find_service, service_names
from apns_connector.gateway.wsdl import write_wsdl
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.proxy import Proxy

_log = logging.getLogger(__name__)

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]{1,255})(?::[0-9]{1,5})?", re.ASCII)


class Gateway:
    """Serves the proxies of one deployment.

    ``public_url`` (scheme and authority) is what WSDL documents give as address; without it they
    give what the client connected to. ``mounts`` are further ASGI applications by first path
    segment, such as ``{"console": app}``.
    """

    def __init__(
        self,
        configuration: Configuration,
        limits: Limits | None = None,
        *,
        public_url: str | None = None,
        mounts: Mapping[str, App] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._proxies = configuration.proxies
        self._public_url = public_url.rstrip("/") if public_url is not None else None
        self._mounts = dict(mounts or ())
        self._names = service_names(self._proxies)
        self._intake = Intake(configuration, self.limits)
        self._pages: Mapping[str, Callable[[], Answer]] = {
            "/health": self._health,
            PREFIX: self._list_services,
            PREFIX + "/": self._list_services,
        }

    @property
    def requests_in_progress(self) -> int:
        """Requests whose flow has not ended, even if their client has its answer."""
        return self._intake.requests_in_progress

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
            return
        mounted = self._mounts.get(scope["path"][1:].partition("/")[0])
        if mounted is not None:
            await mounted(scope, receive, send)
        else:
            await self._serve(Request.from_scope(scope), receive, Reply(send))

    async def _serve(self, request: Request, receive: Receive, reply: Reply) -> None:
        try:
            _check_host(request)
            if request.method == "POST":
                await self._intake.post(self._posted_to(request), request, receive, reply)
            else:
                await reply.give(self._page(request))
        except Refused as refused:
            where = (request.method, request.path[:200])
            _log.info("%s %r: refused with %d: %r", *where, refused.status, refused.problem)
            await reply.give(_refusal(request, refused))
        except Disconnected:
            _log.info("POST %r: the client left before the end of its request", request.path[:200])
        except asyncio.CancelledError:
            await reply.give(_refusal(request, Refused(503, "The gateway is stopping")))
            raise

    # Which proxy or page is meant.

    def _posted_to(self, request: Request) -> Proxy:
        proxy = self._proxy(request.path)
        if proxy is None:
            raise self._unknown(request)
        _check_open(proxy, request)
        return proxy

    def _page(self, request: Request) -> Answer:
        page = self._pages.get(request.path)
        proxy = self._proxy(request.path)
        if page is not None and request.method in ("GET", "HEAD"):
            return page()
        if proxy is None:
            raise self._unknown(request)
        if request.method not in ("GET", "HEAD") or not request.asks_for("wsdl"):
            raise _not_allowed(request, "POST")
        return self._wsdl(proxy, request)

    def _proxy(self, path: str) -> Proxy | None:
        name = find_service(path, self._names)
        return None if name is None else self._proxies[name]

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
        return _json({"services": sorted(self._proxies)})


def _check_host(request: Request) -> None:
    """RFC 9112 3.2: exactly one Host. It goes into WSDL addresses, so its characters matter."""
    host = request.headers.get("host")
    if host is None and request.http_version == "1.0":
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
    """Whoever posts expects XML; whoever does not is probably a browser or a person."""
    if request.method != "POST":
        return plain_refusal(refused)
    answer = refusal_answer(refused, expected_form(request))
    if request.headers.get("expect") is None:
        return answer
    # RFC 9110 10.1.1: the body that the client holds back would be missing on the connection.
    return replace(answer, headers=(*answer.headers, ("connection", "close")))


def _json(value: Mapping[str, Any]) -> Answer:
    return Answer(200, (("content-type", "application/json"),), json.dumps(value).encode())
