"""``package``: write the connector archive."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import click

from apns_connector.own_library import library_folder
from apns_connector.packaging import archive_files, write_archive

VERSION = version("apns-connector")


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(f"apns-connector-{VERSION}.zip"),
    show_default=True,
    help="The archive to write.",
)
def package(output: Path) -> None:
    """Write the connector as the archive that WSO2 products and this gateway load.

    It holds the templates, and the forms, schemas and icons that WSO2's editor shows.
    """
    files = archive_files(library_folder(), VERSION)
    try:
        write_archive(output, files)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    click.echo(f"{output}: {len(files)} files")
