"""``push --tokens``: a notification to each line of a file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Final

import click

from apns_connector.apns import Client, Notification
from apns_connector.apns.batch import Outcome
from apns_connector.cli import log, loop
from apns_connector.cli.push_journal import Failures, Journal, Record
from apns_connector.cli.push_lines import Line, LineReader, Template
from apns_connector.cli.push_source import Source
from apns_connector.cli.push_tally import Kind, Tally, Verdict, verdict_of
from apns_connector.errors import (
    ConfigurationError,
    ConnectorError,
    CredentialsError,
    NotificationError,
)

_PROGRESS_EVERY: Final = 0.2  # seconds
_GIVEN_UP: Final = Verdict(Kind.UNKNOWN, "Given up while under way")


class BulkSend:
    """The notifications of ``source``, each ending as one verdict in ``record``."""

    def __init__(self, source: Source, template: Template, record: Record) -> None:
        self._source = source
        self._template = template
        self._record = record
        self._under_way: dict[str, Line] = {}  # by apns-id
        self.error: ConnectorError | None = None
        self.stopped = False

    async def send(self, client: Client) -> None:
        async with aclosing(client.send_many(self._notifications())) as outcomes:
            async for outcome in outcomes:
                self._settle(outcome)

    async def _notifications(self) -> AsyncIterator[Notification]:
        reader = LineReader()
        async for raw in self._source.lines():
            line = reader.read(raw)
            if line is None or self._record.skips(line):
                continue
            try:
                notification = self._template.notification(line)
            except NotificationError as error:
                self._record.add(line, verdict_of(error))
                continue
            yield notification
            self._under_way[notification.apns_id] = line  # not before: it waited for room

    def _settle(self, outcome: Outcome) -> None:
        notification = outcome.notification
        if not isinstance(notification, Notification):
            raise TypeError(f"an outcome of no notification: {outcome!r}")
        self._record.add(self._under_way.pop(notification.apns_id), verdict_of(outcome))
        if isinstance(outcome, CredentialsError):  # it would be the outcome of all that follow
            self.error = outcome
            self.stop()

    def stop(self) -> None:
        """Take no more lines; what is under way still gets its answers."""
        self.stopped = True
        self._source.stop()

    def give_up(self) -> None:
        """Nobody waits for the answers any more: Apple may have processed what is under way."""
        for line in self._under_way.values():
            self._record.add(line, _GIVEN_UP)
        self._under_way.clear()


def send_lines(
    open_client: Callable[[], Client],
    tokens: Path,
    template: Template,
    failures: Path | None,
    resume: Path | None,
) -> bool:
    """Send, print the summary; True if all that was there was sent and accepted.

    ``open_client`` is called on the event loop. Raises :class:`ConfigurationError` about the
    files, :class:`CredentialsError` if TLS refuses the certificate.
    """
    _refuse_one_file_twice(tokens, failures, resume)
    try:
        source = Source(tokens)
        record = _record(source, failures, resume)
        bulk = BulkSend(source, template, record)
        try:
            loop.run(_run(bulk, open_client, record.tally))
        finally:
            source.close()
            try:
                record.close()
            finally:
                click.echo(log.redacted(record.tally.text()))
    except OSError as error:
        raise ConfigurationError(f"The files of this run cannot be used: {error}") from error
    if bulk.error is not None:
        raise bulk.error
    return record.tally.all_accepted and not bulk.stopped


def _refuse_one_file_twice(*files: Path | None) -> None:
    present = [os.path.realpath(file) for file in files if file is not None]
    if len(set(present)) < len(present):
        raise click.UsageError("--tokens, --failures and --resume must be different files")


def _record(source: Source, failures: Path | None, resume: Path | None) -> Record:
    journal, resumed = None, False
    if resume is not None:
        if not source.regular:
            raise click.UsageError("--resume needs a file in --tokens that can be read again")
        resumed = resume.exists()
        journal = Journal(resume, source.digest())
    return Record(journal, None if failures is None else Failures(failures, resumed=resumed))


async def _run(bulk: BulkSend, open_client: Callable[[], Client], tally: Tally) -> None:
    """The first signal takes no more lines, the second does not wait for answers either."""
    async with open_client() as client:
        sending = asyncio.create_task(bulk.send(client))
        progress = asyncio.create_task(_show_progress(tally))

        def on_signal() -> None:
            if bulk.stopped:
                sending.cancel()
                return
            bulk.stop()
            click.echo("Stopping: what is under way gets its answer; again gives it up.", err=True)

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, on_signal)
        try:
            await asyncio.wait([sending])
        finally:
            progress.cancel()
            bulk.give_up()
        if not sending.cancelled():
            sending.result()


async def _show_progress(tally: Tally) -> None:
    """One line on the terminal, written again and again; nothing where there is no terminal."""
    if not sys.stderr.isatty():
        return
    try:
        while True:
            await asyncio.sleep(_PROGRESS_EVERY)
            click.echo(f"\r{progress_line(tally)}", nl=False, err=True)
    finally:
        click.echo(f"\r{progress_line(tally)}", err=True)


def progress_line(tally: Tally) -> str:
    done = tally.counts.total()
    return f"{done:,} done, {done - tally.counts[Kind.ACCEPTED]:,} not accepted"
