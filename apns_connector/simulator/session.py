"""TLS on one TCP connection, over memory buffers.

Not the TLS of asyncio: that drops the alert when a handshake fails and may lose the last bytes
when a connection closes, and a simulated Apple must say ``certificate_expired`` and deliver its
GOAWAY.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Protocol, cast

logger = logging.getLogger(__name__)

HANDSHAKE_SECONDS = 10.0
CLOSING_SECONDS = 1.0
"""How long the other side may take to close after us."""

_READ_SIZE = 65_536


class Application(Protocol):
    """What speaks over the session."""

    def opened(self, session: Session, client_certificate: bytes | None) -> None:
        """The handshake is done; the certificate is in DER and verified."""

    def received(self, data: bytes) -> None: ...

    def lost(self) -> None:
        """No more data in either direction; called once, also if ``opened`` never was."""


class Session(asyncio.Protocol):
    """A TLS server session that hands plain bytes to ``application``.

    ``made`` hears of it once there is a TCP connection: asyncio makes sessions for some for which
    there never will be one, because the server closes in the same moment.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        application: Application,
        made: Callable[[Session], None] | None = None,
    ) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._application = application
        self._made = made
        self._established = False
        self._closing = False

    @property
    def established(self) -> bool:
        """Whether the handshake is done."""
        return self._established

    @property
    def closing(self) -> bool:
        """Whether this side has finished writing."""
        return self._closing

    def write(self, data: bytes | bytearray) -> None:
        """Send ``data``; after :meth:`close` it is dropped."""
        if not self._closing:
            self._tls.write(data)
            self._flush()

    def close(self) -> None:
        """Send what is written, then close_notify; the other side has a moment to do the same."""
        if self._closing:
            return
        if self._established:
            try:
                self._tls.unwrap()
            except ssl.SSLError as error:
                # close_notify is out; the client's has not come, or its data came before it.
                logger.debug("closing: %s", error.reason)
        self._finish()

    def cut(self) -> None:
        """Reset the TCP connection; what is not sent yet is lost."""
        self._closing = True
        _reset(self._transport)

    # -- asyncio calls ------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self.cut)
        if self._made is not None:
            self._made(self)

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        self._incoming.write(data)
        if self._established or self._shake_hands():
            self._read()

    def pause_writing(self) -> None:
        """The client does not read: do not read either."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._closing = True
        self._application.lost()

    # -- TLS ----------------------------------------------------------------------------------

    def _shake_hands(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return False
        except ssl.SSLError as error:
            logger.warning("TLS handshake refused: %s", _explain(error))
            self._finish()
            return False
        self._flush()
        self._established = True
        self._timer.cancel()
        self._application.opened(self, self._tls.getpeercert(binary_form=True))
        return True

    def _read(self) -> None:
        chunks: list[bytes] = []
        ended = False
        while not ended:
            try:
                chunk = self._tls.read(_READ_SIZE)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLError as error:
                logger.warning("TLS broken: %s", _explain(error))
                ended = True
            else:
                ended = not chunk
                chunks.append(chunk)
        data = b"".join(chunks)
        if data and not self._closing:
            self._application.received(data)
        if ended:
            self.close()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._transport.write(self._outgoing.read())

    def _finish(self) -> None:
        """Send the rest and our end of the stream, and go on reading, so that no TCP reset can
        overtake what the client has still to read."""
        self._closing = True
        self._flush()
        self._timer.cancel()
        try:
            self._transport.write_eof()
        except OSError as error:
            logger.debug("the client has gone already: %s", error.strerror)
            self._transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(CLOSING_SECONDS, self._transport.abort)


class Refusal(asyncio.Protocol):
    """Resets a TCP connection before TLS begins."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        _reset(cast(asyncio.Transport, transport))


def _reset(transport: asyncio.Transport) -> None:
    linger = struct.pack("ii", 1, 0)  # on, for 0 seconds: close() sends RST
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


def _explain(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"client certificate: {error.verify_message}"
    return error.reason or type(error).__name__
