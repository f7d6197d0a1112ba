"""Which processors are active: what the operator, or a processor itself, has decided last.

A small file beside the deployment, so that a decision survives a restart and the command line can
make it while the gateway runs. A processor that is not in it is as its definition says.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.message_processor import MessageProcessorDefinition

FILE_NAME: Final = "processors.json"

_decoder = msgspec.json.Decoder(dict[str, bool])


def is_active(definition: MessageProcessorDefinition, decided: Mapping[str, bool]) -> bool:
    return decided.get(definition.name, definition.flag("is.active", True))


class Activation:
    """The file in ``folder``. A change of it is seen at the next reading."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._known: tuple[tuple[int, int], Mapping[str, bool]] | None = None

    def read(self) -> Mapping[str, bool]:
        """By name, whether it is active. Raises ConfigurationError for a file that is none."""
        try:
            stat = self._file.stat()
            signature = (stat.st_mtime_ns, stat.st_ino)
            if self._known is None or self._known[0] != signature:
                self._known = signature, _decoder.decode(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError, UnicodeError) as error:
            raise ConfigurationError(
                f"it is to hold the names of processors, each with true or false, and cannot be "
                f"read ({error}): mend or delete it",
                str(self._file),
            ) from error
        return self._known[1]

    def decide(self, name: str, active: bool) -> None:
        """Raises ConfigurationError when the file cannot be read or written."""
        content = {**self.read(), name: active}
        handle, draft = self._draft()
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self._file)
        except OSError as error:
            Path(draft).unlink(missing_ok=True)
            raise self._not_written(error) from error

    def _draft(self) -> tuple[int, str]:
        try:
            return tempfile.mkstemp(dir=self._file.parent, prefix=f".{FILE_NAME}.")
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(f"it cannot be written: {error.strerror}", str(self._file))
