"""The gateway's file of device tokens that Apple said are gone."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from apns_connector.apns import FeedbackFile, Unregistered
from apns_connector.errors import ConfigurationError, FeedbackError

logger = logging.getLogger(__name__)


class UnregisteredFile:
    """A :class:`FeedbackFile` at ``path`` that is made when it is first needed, and its folder too.

    So a gateway serves from a folder that it cannot write to as long as no device token is gone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opening = threading.Lock()
        self._file: FeedbackFile | None = None

    def open(self) -> FeedbackFile:
        """Waits for the disk the first time. Raises :class:`ConfigurationError`."""
        with self._opening:
            if self._file is None:
                try:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise ConfigurationError(
                        f"the folder of {self.path} cannot be made ({error.strerror}): name "
                        "another file in gateway.yaml, apns.unregistered_file"
                    ) from error
                self._file = FeedbackFile(self.path)
            return self._file

    def add(self, unregistered: Unregistered) -> None:
        """Have it written soon, without waiting for the disk but the first time."""
        self.open().add(unregistered)

    def close(self) -> None:
        """Write what is left, if there is a file; waits for the disk."""
        with self._opening:
            file, self._file = self._file, None
        try:
            if file is not None:
                file.close()
        except FeedbackError as error:
            logger.error("%s", error)

    def __repr__(self) -> str:
        return f"UnregisteredFile({str(self.path)!r})"
