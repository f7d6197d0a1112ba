"""Through an HTTP proxy: CONNECT asks it for a tunnel, and TLS to Apple runs inside.

Source: RFC 9110, section 9.3.6 (CONNECT), RFC 9112, sections 2 to 4 (the form of messages),
RFC 7617 (Basic authentication). The proxy sees host and port, and neither keys nor notifications.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from apns_connector.errors import ConfigurationError

MAX_HEAD_BYTES: Final = 16_384

_EXPECTED: Final = "A proxy's address is http://host:port or http://user:password@host:port"
_CHUNK_BYTES: Final = 4_096
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_HOST_NAME = re.compile(r"[0-9A-Za-z._:-]+")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?![^ \r\n])")
_START: Final = b"HTTP/1."


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy that is spoken to in clear. Raises :class:`ConfigurationError`.

    ``user`` and ``password``, if it wants them: for Basic authentication, so whoever can listen
    between here and the proxy can read them. The password is never shown.
    """

    host: str
    port: int
    user: str | None = None
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        problem = _problem_with(self)
        if problem is not None:
            raise ConfigurationError(f"{problem}. {_EXPECTED}")

    @classmethod
    def parse(cls, address: str) -> Proxy:
        """``http://host:3128`` or ``http://user:password@host:3128``; without a port, 80.

        Special characters of user and password are percent-encoded. Raises
        :class:`ConfigurationError`, which does not repeat the address: it may hold a password.
        """
        if not address.lower().startswith("http://"):
            raise ConfigurationError(
                "The proxy's address does not start with http://; proxies of other kinds "
                f"(https, socks5) are not supported. {_EXPECTED}"
            )
        parts = _split(address)
        if parts is None:
            raise ConfigurationError(
                "The proxy's address cannot be read: special characters of user and password "
                f"must be percent-encoded, such as %40 for @. {_EXPECTED}"
            )
        user = None if parts.username is None else unquote(parts.username)
        port = 80 if parts.port is None else parts.port
        return cls(parts.hostname or "", port, user, unquote(parts.password or ""))

    @property
    def authorization(self) -> str | None:
        """The value of Proxy-Authorization; holds the password."""
        if self.user is None:
            return None
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def __str__(self) -> str:
        return f"the proxy http://{_authority(self.host, self.port)}"


def _split(address: str) -> SplitResult | None:
    """``None`` if it is no URL, or says more than who and where, as one with a bare # or / does."""
    try:
        parts = urlsplit(address)
        unquote(parts.netloc, errors="strict")
        valid = parts.port is None or parts.port > 0
    except ValueError:  # its text quotes the address
        return None
    more = parts.path not in ("", "/") or parts.query or parts.fragment
    return parts if valid and not more else None


def _problem_with(proxy: Proxy) -> str | None:
    if not proxy.host or re.search(r"[\s/@]", proxy.host):
        return "The proxy's address names no host"
    if not 0 < proxy.port < 65_536:
        return f"The proxy's port is {proxy.port}; ports go from 1 to 65535"
    if ":" in (proxy.user or ""):
        return "The proxy's user holds a colon, which Basic authentication cannot express"
    if _UNSENDABLE.search(f"{proxy.user}{proxy.password}"):
        return "The proxy's user or password holds a control character or half a character"
    return None


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Handshake:
    """Asks ``proxy`` for a tunnel to ``host:port``: bytes to send, bytes received, no socket.

    ``status``: what the proxy answered last. Whatever goes wrong is a :class:`ConnectionError` that
    says so in a sentence.
    """

    def __init__(self, proxy: Proxy, host: str, port: int) -> None:
        self.status: int | None = None
        self._proxy = proxy
        self._target = _authority(_ascii_host(host), port)
        self._received = b""
        self._heads_bytes = 0

    def data_to_send(self) -> bytes:
        lines = [f"CONNECT {self._target} HTTP/1.1", f"Host: {self._target}"]
        if self._proxy.authorization is not None:
            lines.append(f"Proxy-Authorization: {self._proxy.authorization}")
        return "\r\n".join([*lines, "", ""]).encode()

    def receive_data(self, data: bytes) -> bool:
        """True once the tunnel is open; interim answers (1xx) are passed over."""
        self._received += data
        while True:
            self._check_protocol()
            end = _HEAD_END.search(self._received)
            self._check_size(len(self._received) if end is None else end.end())
            if end is None:
                return False
            self.status = self._read_status(self._received[: end.start()])
            self._received = self._received[end.end() :]
            self._heads_bytes += end.end()
            if self.status == 101 or self.status >= 200:
                self._judge(self.status)
                return True

    def connection_lost(self, why: str) -> ConnectionError:
        """What to raise when the connection to the proxy ends before the tunnel is open."""
        return self._failure(why)

    def _check_protocol(self) -> None:
        if not self._received.startswith(_START[: len(self._received)]):
            raise self._failure("what it answered is not HTTP/1. Check its host and port")

    def _check_size(self, head_bytes: int) -> None:
        if self._heads_bytes + head_bytes > MAX_HEAD_BYTES:
            raise self._failure(f"the head of its answer is longer than {MAX_HEAD_BYTES} bytes")

    def _read_status(self, head: bytes) -> int:
        line = _STATUS_LINE.match(head)
        if line is None:
            raise self._failure("its answer has no valid status line")
        return int(line[1])

    def _judge(self, status: int) -> None:
        """Apple's server never speaks first, so a tunnel that is open is silent."""
        if not 200 <= status < 300:
            raise self._failure(f"it answered {_in_words(status)}{self._advice(status)}")
        if self._received:
            raise self._failure("it sent more than the head of its answer")

    def _advice(self, status: int) -> str:
        if status in (401, 407):  # some answer 401 to a wrong password
            if self._proxy.user is None:
                return ": give user and password with its address"
            return ": it does not take this user and password by Basic authentication"
        if status == 403:
            return ": its rules must allow this host and port"
        return ": perhaps it cannot reach that server itself" if status >= 500 else ""

    def _failure(self, why: str) -> ConnectionError:
        """The reason phrase and the body are left out: the proxy might repeat our password."""
        return ConnectionError(f"{self._proxy} opened no tunnel to {self._target}: {why}")

    def __repr__(self) -> str:
        return f"Handshake({self._proxy!r}, {self._target!r}, status={self.status})"


def _ascii_host(host: str) -> str:
    """``host`` as DNS spells it. Raises :class:`ConnectionError` if it is no host name."""
    try:
        name = host.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _HOST_NAME.fullmatch(name):
        raise ConnectionError(f"{host!r} is no host name")
    return name


def _in_words(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


async def open_tunnel(proxy: Proxy, host: str, port: int) -> socket.socket:
    """A connected socket on which TLS to ``host:port`` may begin, as ``create_connection(sock=…)``.

    The caller limits the time (:func:`asyncio.timeout`); on the way out of that the socket is
    closed. Raises :class:`ConnectionError` that names the proxy.
    """
    handshake = Handshake(proxy, host, port)
    try:
        tunnel = await _connect(proxy)
    except (OSError, UnicodeError) as error:
        raise ConnectionError(f"{proxy} cannot be reached: {error}") from error
    try:
        await _shake_hands(tunnel, handshake)
    except BaseException:
        tunnel.close()
        raise
    return tunnel


async def _connect(proxy: Proxy) -> socket.socket:
    """To the first of the proxy's addresses that takes it; raises what the last one failed with."""
    loop = asyncio.get_running_loop()
    failure = OSError("its name has no address")
    found = await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, address in found:
        try:
            return await _connect_to(family, kind, protocol, address)
        except OSError as error:
            failure = error
    raise failure


async def _connect_to(
    family: int, kind: int, protocol: int, address: tuple[object, ...]
) -> socket.socket:
    candidate = socket.socket(family, kind, protocol)
    try:
        candidate.setblocking(False)
        await asyncio.get_running_loop().sock_connect(candidate, address)
    except BaseException:
        candidate.close()
        raise
    return candidate


async def _shake_hands(tunnel: socket.socket, handshake: Handshake) -> None:
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_sendall(tunnel, handshake.data_to_send())
        while data := await loop.sock_recv(tunnel, _CHUNK_BYTES):
            if handshake.receive_data(data):
                return
    except (ConnectionResetError, BrokenPipeError, TimeoutError) as error:
        raise handshake.connection_lost(f"the connection to it was lost ({error})") from error
    raise handshake.connection_lost("it closed the connection without an answer")
