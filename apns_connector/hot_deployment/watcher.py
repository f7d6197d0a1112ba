"""Looks at files again and again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from apns_connector.errors import ConnectorError
from apns_connector.hot_deployment.changes import Changes, Signature, Snapshot

_log = logging.getLogger(__name__)


def take_snapshot(files: Iterable[Path]) -> Snapshot:
    """What the files look like now; one that is not there is left out."""
    found: dict[Path, Signature] = {}
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        found[file] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


async def watch(
    files: Callable[[], Iterable[Path]],
    changes: Changes,
    deploy: Callable[[], Awaitable[object]],
    *,
    seconds: float,
) -> None:
    """Look at ``files()`` every so many ``seconds``, and ``deploy()`` what has changed. Runs until
    it is cancelled."""
    while True:
        await asyncio.sleep(seconds)
        try:
            snapshot = await asyncio.to_thread(lambda: take_snapshot(files()))
        except (ConnectorError, OSError) as error:  # a folder is being replaced
            _log.debug("The files of the deployment cannot be listed: %s", error)
            continue
        if changes.due(snapshot, time.monotonic()):
            await deploy()
