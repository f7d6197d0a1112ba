"""``package``: the connector archive."""

from __future__ import annotations

import zipfile
from pathlib import Path

SAMPLES = Path(__file__).parents[3] / "samples"


def test_package_writes_an_archive_that_is_read_as_a_library(run, tmp_path):
    done = run("package", "--output", tmp_path / "apns.zip")
    assert done.returncode == 0
    with zipfile.ZipFile(tmp_path / "apns.zip") as archive:
        names = archive.namelist()
    assert done.stdout == f"{tmp_path / 'apns.zip'}: {len(names)} files\n"
    for name in ("connector.xml", "config/component.xml", "config/dispatchToDevice.xml"):
        assert name in names
    assert {"uischema/apns.json", "outputschema/listChannels.json"} <= set(names)


def test_an_archive_that_cannot_be_written_is_told(run, tmp_path):
    done = run("package", "--output", tmp_path / "nowhere/apns.zip")
    assert done.returncode == 1
    assert "cannot be written: No such file or directory" in done.stderr


def test_the_packaged_archive_serves_in_the_place_of_the_built_in_library(run, serve, empty_apple):
    def add_archive(folder: Path) -> None:
        (folder / "synapse-libs").mkdir()
        run("package", "--output", folder / "synapse-libs/apns-connector.zip")

    gateway = serve("seed-sample", add_archive)
    request = (SAMPLES / "seed-sample/requests/push.http").read_bytes().partition(b"\n\n")[2]
    status, _, body = gateway.request(request, {"Content-Type": "text/xml"})
    assert (status, b"true" in body) == (200, True)
    assert len(empty_apple.notifications()) == 1
