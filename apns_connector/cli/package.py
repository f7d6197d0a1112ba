"""``package``: write the connector archive."""

from __future__ import annotations

import zipfile
from importlib.metadata import version
from pathlib import Path

import click

from apns_connector.runtime import library_folder

# Zip files hold times; a fixed one makes two archives of the same content the same.
_TIME = (1980, 1, 1, 0, 0, 0)


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(f"apns-connector-{version('apns-connector')}.zip"),
    show_default=True,
    help="The archive to write.",
)
def package(output: Path) -> None:
    """Write the connector as the archive that WSO2 products and this gateway load."""
    folder = library_folder()
    files = [folder / "connector.xml", *sorted((folder / "config").rglob("*.*"))]
    try:
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                name = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _TIME)
                name.compress_type = zipfile.ZIP_DEFLATED
                name.external_attr = 0o644 << 16
                archive.writestr(name, file.read_bytes())
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    click.echo(f"{output}: {len(files)} files")
