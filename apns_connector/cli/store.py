"""``store``: the messages that are kept in a deployment's stores."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from apns_connector.cli.store_records import contents, counts_row, record_row, short, unknown_row
from apns_connector.cli.table import table
from apns_connector.delivery.record import Kept, State
from apns_connector.delivery.store import MessageStore
from apns_connector.deployment_stores import stores_of
from apns_connector.errors import (
    ConfigurationError,
    ConnectorError,
    SealError,
    SnapshotError,
    StoreError,
)
from apns_connector.mediation.artifacts import Configuration
from apns_connector.processing.stores import LiveStore, Stores

_Result = TypeVar("_Result")

# Records of one look into a store.
_PAGE: Final = 500
_STATES: Final = [state.value for state in State]

_deployment = click.argument("deployment", type=click.Path(path_type=Path, exists=True))
_store = click.argument("name", metavar="STORE")
_ids = click.argument("record_ids", metavar="[ID]...", nargs=-1)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_state = click.option("--state", type=click.Choice(_STATES), help="Only records in this state.")
_all_dead = click.option("--all-dead", is_flag=True, help="All records that are dead.")


@click.group()
def store() -> None:
    """Look at the messages that are kept in the stores of a deployment, and help them on.

    A record is "waiting" for its time, "claimed" by a gateway or worker, or "dead": then nothing
    more is tried until you say so with "retry". Stores can be used by a gateway at the same time;
    those in memory cannot be looked into. Records are sealed: "show" and "export" need the master
    key of the gateway, or the file record.key of the deployment.
    """


@store.command("list")
@_deployment
@click.argument("name", metavar="[STORE]", required=False)
@_state
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="Records.")
@_as_json
def list_(deployment: Path, name: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """Print how many records each store of DEPLOYMENT has, or the records of STORE.

    "oldest" is the age in seconds of the oldest record that is not dead. Exit code 1 if a store
    could not be looked into; the others are printed all the same.
    """
    if name is None:
        _list_all(deployment, as_json)
        return

    async def look(live: LiveStore, desk: Desk) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        wanted = None if state is None else State(state)
        found = await live.store.browse(wanted, limit=limit)
        counts = counts_row(live.definition.name, await live.store.count(), time.time())
        return counts, [record_row(kept) for kept in found]

    counts, records = _at(deployment, name, look)
    if as_json:
        click.echo(json.dumps({**counts, "records": records}, indent=2))
        return
    click.echo(table([counts]))
    if records:
        click.echo("\n" + table([short(row) for row in records]))


@store.command()
@_deployment
@_store
@click.argument("record_id", metavar="ID")
@_as_json
def show(deployment: Path, name: str, record_id: str, as_json: bool) -> None:
    """Print the record ID of STORE, and the message in it.

    Of device tokens the last 8 characters are shown, and of what is secret by its name nothing.
    """

    async def look(live: LiveStore, desk: Desk) -> dict[str, Any]:
        kept = await live.store.find(record_id)
        if kept is None:
            raise StoreError(name, f"there is no record {record_id}: it may be delivered")
        return desk.described(kept)

    document = _at(deployment, name, look)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else _lines(document))


@store.command()
@_deployment
@_store
@_ids
@_all_dead
def retry(deployment: Path, name: str, record_ids: tuple[str, ...], all_dead: bool) -> None:
    """Let records of STORE be delivered as soon as possible: dead ones, too, as if they were new.

    Exit code 1 if there was none.
    """

    async def act(live: LiveStore, desk: Desk) -> int:
        return await _each(live.store, live.store.retry, record_ids, all_dead)

    _tell(_at(deployment, name, act, (record_ids, all_dead)), "waits again", "wait again")


@store.command()
@_deployment
@_store
@_ids
@_all_dead
@click.option("--yes", is_flag=True, help="Do not ask.")
def drop(
    deployment: Path, name: str, record_ids: tuple[str, ...], all_dead: bool, yes: bool
) -> None:
    """Forget records of STORE for good: their messages will never be delivered.

    One that is claimed at the moment stays. Exit code 1 if there was none.
    """
    if not yes:
        click.confirm("Forget these messages for good?", abort=True, err=True)

    async def act(live: LiveStore, desk: Desk) -> int:
        return await _each(live.store, live.store.drop, record_ids, all_dead)

    _tell(_at(deployment, name, act, (record_ids, all_dead)), "is forgotten", "are forgotten")


@store.command()
@_deployment
@_store
@_state
def export(deployment: Path, name: str, state: str | None) -> None:
    """Print all records of STORE and what is in them, one line of JSON for each.

    Without secrets, and with the ends of device tokens only, as "show" does.
    """

    async def look(live: LiveStore, desk: Desk) -> None:
        async for kept in _all(live.store, None if state is None else State(state)):
            click.echo(json.dumps(desk.described(kept), ensure_ascii=False))

    _at(deployment, name, look)


class Desk:
    """Opens records to look at them."""

    def __init__(self, configuration: Configuration, stores: Stores) -> None:
        self._configuration = configuration
        self._stores = stores

    def described(self, kept: Kept) -> dict[str, Any]:
        """The record with its content, or with the reason why that cannot be read."""
        self._stores.unlock()
        try:
            message = self._stores.records.message(kept.record, self._configuration)
        except (SealError, SnapshotError) as error:
            return {**record_row(kept), "unreadable": str(error)}
        return {**record_row(kept), "message": contents(message)}


def _at(
    deployment: Path,
    name: str,
    look: Callable[[LiveStore, Desk], Awaitable[_Result]],
    chosen: tuple[tuple[str, ...], bool] | None = None,
) -> _Result:
    """What ``look`` gives at the open store of that name."""
    if chosen is not None and not any(chosen):
        raise click.UsageError("name records by their ID, or give --all-dead")
    configuration, stores = stores_of(deployment, os.environ)
    live = stores.get(name)
    if live is None:
        known = ", ".join(sorted(configuration.stores)) or "none"
        raise ConfigurationError(f"There is no message store '{name}': there is {known}")
    if not live.store.durable:
        raise StoreError(name, "it is in the memory of the gateway, where nobody else can look")

    async def opened() -> _Result:
        await live.store.open()
        try:
            return await look(live, Desk(configuration, stores))
        finally:
            await live.store.close()

    return asyncio.run(opened())


def _list_all(deployment: Path, as_json: bool) -> None:
    _, stores = stores_of(deployment, os.environ)
    rows, problems = asyncio.run(_all_counts(stores))
    click.echo(json.dumps(rows, indent=2) if as_json else table(rows))
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)


async def _all_counts(stores: Stores) -> tuple[list[dict[str, Any]], list[ConnectorError]]:
    """A row for each, and why some of them have no figures."""
    rows: list[dict[str, Any]] = []
    problems: list[ConnectorError] = []
    for live in stores:
        try:
            rows.append(await _counts(live))
        except (ConfigurationError, StoreError) as error:
            rows.append(unknown_row(live.definition.name))
            problems.append(error)
    return rows, problems


async def _counts(live: LiveStore) -> dict[str, Any]:
    name = live.definition.name
    if not live.store.durable:
        return unknown_row(f"{name} (in memory)")
    await live.store.open()
    try:
        return counts_row(name, await live.store.count(), time.time())
    finally:
        await live.store.close()


async def _all(found_in: MessageStore, state: State | None) -> AsyncIterator[Kept]:
    after = ""
    while page := await found_in.browse(state, limit=_PAGE, after=after):
        for kept in page:
            yield kept
        after = page[-1].record.id


async def _each(
    found_in: MessageStore,
    act: Callable[[list[str]], Awaitable[int]],
    record_ids: tuple[str, ...],
    all_dead: bool,
) -> int:
    """Do it with those that are named, and with all that are dead; how many it was done with."""
    done = await act(list(record_ids)) if record_ids else 0
    if all_dead:
        dead = [kept.record.id async for kept in _all(found_in, State.DEAD)]
        for start in range(0, len(dead), _PAGE):
            done += await act(dead[start : start + _PAGE])
    return done


def _tell(count: int, one: str, many: str) -> None:
    click.echo(f"1 record {one}" if count == 1 else f"{count} records {many}")
    if not count:
        raise SystemExit(1)


def _lines(document: dict[str, Any], indent: str = "") -> str:
    """Names and values below each other."""
    lines: list[str] = []
    for name, value in document.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}:", _lines(value, indent + "  ")] if value else []
        elif value not in (None, ""):
            lines.append(f"{indent}{name}: {value}")
    return "\n".join(lines)
