"""Credentials in a file: a renewed certificate takes over without a restart.

The file is looked at when somebody asks for the credentials, and at most every few seconds; nearly
always that is one ``stat``. A file that changed is read, on the event loop: a few kilobytes, though
a PKCS#12 file with an RSA key takes some 50 ms of CPU to open. It is opened once for each content.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from apns_connector.apns.credentials import Certificate, Credentials, SigningKey
from apns_connector.errors import ConnectorError, CredentialsError

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 5.0
# Far more than any credentials have, and still read in no time.
_MOST_BYTES: Final = 1 << 20

_C = TypeVar("_C", bound=Credentials)

Password = str | Callable[[], str | None] | None


class Stamp(NamedTuple):
    """What tells a file from its successor without reading it, as ``os.stat`` has it.

    ``changed_ns`` moves also when the modification time is put back, and with the permissions.
    """

    modified_ns: int
    changed_ns: int
    size: int
    inode: int


class Watch:
    """Decides when to look at the file, and when to read it. Knows no file and no clock."""

    def __init__(self) -> None:
        self._looked_at: float | None = None
        self._sound: Stamp | None = None

    def due(self, now: float) -> bool:
        """True every few seconds, and the caller looks. A clock that is put back delays nothing."""
        if self._looked_at is not None and 0 <= now - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = now
        return True

    def worth_reading(self, stamp: Stamp) -> bool:
        """What was refused is read at every look: what was wrong may have been the time, the
        password, or that the file was half-written."""
        return stamp != self._sound

    def accepted(self, stamp: Stamp) -> None:
        """``stamp``: of before the reading, so that a change meanwhile is seen at the next look."""
        self._sound = stamp

    def refused(self) -> None:
        self._sound = None


class _CredentialsFile(ABC, Generic[_C]):
    """The credentials that the file at ``path`` held when it was last in order."""

    def __init__(self, path: Path | str, clock: Callable[[], float]) -> None:
        self.path = Path(path)
        self._clock = clock
        self._watch = Watch()
        self._warned: tuple[str, bytes] | None = None
        self._content_id = b""
        now = clock()
        self._watch.due(now)
        self._current = self._read(self._stamp(), now)

    def current(self) -> _C:
        """Those in use; what the file holds now, if it has changed and is in order."""
        now = self._clock()
        if self._watch.due(now):
            self._look(now)
        return self._current

    def _look(self, now: float) -> None:
        self._content_id = b""
        try:
            stamp = self._stamp()
            if not self._watch.worth_reading(stamp):
                return
            found = self._read(stamp, now)
        except CredentialsError as error:
            self._watch.refused()
            self._warn(str(error))
        else:
            self._take(found)

    def _take(self, found: _C) -> None:
        if found.fingerprint != self._current.fingerprint:
            logger.info("Took up %s: %r", self.path, found)
            self._current = found
        elif self._warned is not None:
            logger.info("%s is in order again", self.path)
        self._warned = None

    def _warn(self, problem: str) -> None:
        """Once for each content, or each reason why there is none."""
        if self._warned != (problem, self._content_id):
            self._warned = (problem, self._content_id)
            logger.warning("%s. What it held before, %r, stays in use", problem, self._current)

    def _read(self, stamp: Stamp, now: float) -> _C:
        content = self._content()
        self._content_id = hashlib.sha256(content).digest()
        found = self._open(content, datetime.fromtimestamp(now, UTC))
        self._watch.accepted(stamp)
        return found

    @abstractmethod
    def _open(self, content: bytes, now: datetime) -> _C:
        """Raises :class:`CredentialsError` if that is nothing to use at ``now``."""

    # The file

    def _stamp(self) -> Stamp:
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise self._unreadable(error) from error
        if not stat.S_ISREG(status.st_mode):
            raise CredentialsError(f"{self.path} is not a file; name the file with the credentials")
        return Stamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)

    def _content(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except OSError as error:
            raise self._unreadable(error) from error
        if len(content) > _MOST_BYTES:
            raise CredentialsError(f"{self.path} is too long to be credentials; name another file")
        return content

    def _unreadable(self, error: OSError) -> CredentialsError:
        return CredentialsError(
            f"{self.path} cannot be read ({error.strerror}); check the path and its permissions"
        )


class CertificateFile(_CredentialsFile[Certificate]):
    """The certificate in the PKCS#12 file at ``path``.

    ``password``: that of the file, or what is called to have it, each time that the file is read;
    it may raise any :class:`ConnectorError` or :class:`OSError`. ``clock``: seconds since 1970.
    Raises :class:`CredentialsError` if there is no certificate in it that is valid now; later that
    is logged, and the certificate of before stays. A certificate that is not valid yet is taken up
    when its time comes. The same certificate under another password, or with other issuers beside
    it, is no change.
    """

    def __init__(
        self,
        path: Path | str,
        password: Password = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._password = password if callable(password) else lambda: password
        self._opened: tuple[bytes, Certificate | str] | None = None
        super().__init__(path, clock)

    def _open(self, content: bytes, now: datetime) -> Certificate:
        certificate = self._open_once(content, self._ask_password())
        certificate.check_validity(now, str(self.path))
        return certificate

    def _open_once(self, content: bytes, password: str | None) -> Certificate:
        """What the last try with the same content and password came to, or a new try."""
        tried = hashlib.sha256(repr(password).encode() + b"\0" + content).digest()
        if self._opened is None or self._opened[0] != tried:
            self._opened = tried, self._decrypted(content, password)
        outcome = self._opened[1]
        if isinstance(outcome, str):
            raise CredentialsError(outcome)
        return outcome

    def _decrypted(self, content: bytes, password: str | None) -> Certificate | str:
        """A problem as a sentence: the exception would keep the password alive in its frames."""
        try:
            return Certificate.from_pkcs12(content, password, str(self.path))
        except CredentialsError as error:
            return str(error)

    def _ask_password(self) -> str | None:
        try:
            return self._password()
        except (OSError, ConnectorError) as error:
            raise CredentialsError(f"There is no password for {self.path}: {error}") from error

    def __repr__(self) -> str:
        return f"CertificateFile({str(self.path)!r})"


class SigningKeyFile(_CredentialsFile[SigningKey]):
    """The signing key in the .p8 file at ``path``, with its ``key_id`` and ``team_id``.

    A new key of Apple's has a new key id: that takes another ``SigningKeyFile``. ``clock``: seconds
    since 1970. Raises :class:`CredentialsError`; later problems are logged, and the key of before
    stays.
    """

    def __init__(
        self,
        path: Path | str,
        key_id: str,
        team_id: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.key_id = key_id
        self.team_id = team_id
        super().__init__(path, clock)

    def _open(self, content: bytes, now: datetime) -> SigningKey:
        return SigningKey.from_p8(content, self.key_id, self.team_id, str(self.path))

    def __repr__(self) -> str:
        names = f"key_id={self.key_id!r}, team_id={self.team_id!r}"
        return f"SigningKeyFile({str(self.path)!r}, {names})"
