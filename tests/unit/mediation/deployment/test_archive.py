"""Archives that come from elsewhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError
from apns_connector.mediation.deployment.archive import ArchiveLimits, Folder, open_archive

FILES = {"a.xml": "a", "f/b.xml": "b", "f/deep/c.xml": "c"}


def packed(files: Mapping[str, str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_a_folder_and_an_archive_give_the_same_files(tmp_path: Path, build: Any) -> None:
    folder = Folder(build.files(tmp_path / "folder", FILES), "folder")
    file = build.zip(tmp_path / "a.zip", FILES)
    with open_archive(file, "a.zip") as archive, open_archive(packed(FILES), "bytes") as bytes_:
        for files in (folder, archive, bytes_):
            assert files.files("*.xml") == ["a.xml"]
            assert files.files("*/*.xml") == ["f/b.xml"]
            assert files.read("f/b.xml") == b"b"
            assert files.read("none.xml") is None


def test_an_archive_tells_what_is_in_it() -> None:
    with open_archive(packed(FILES), "x") as archive:
        assert archive.below("f") == ["f/b.xml", "f/deep/c.xml"]
        assert "a.xml" in archive
        assert "f" not in archive


def test_a_file_beyond_the_limit_is_read_a_byte_too_far() -> None:
    with open_archive(packed({"a": "x" * 100}), "x") as archive:
        assert archive.read("a", 10) == b"x" * 11


@pytest.mark.parametrize(
    ("files", "limits", "complaint"),
    [
        ({"a": "", "b": "", "c": ""}, ArchiveLimits(entries=2), "3 entries are more than 2"),
        ({"a": "x" * 60, "b": "x" * 60}, ArchiveLimits(unpacked=100), "120 bytes, more than 100"),
        (
            {"bomb": "0" * 100_000},
            ArchiveLimits(ratio=50, ratio_from=1000),
            "'bomb' unpacks to more than 50 times",
        ),
        ({"../a": ""}, ArchiveLimits(), "'../a' points out of the archive"),
        ({"a/../../b": ""}, ArchiveLimits(), "points out of the archive"),
        ({"/etc/passwd": ""}, ArchiveLimits(), "points out of the archive"),
        ({"a\\b": ""}, ArchiveLimits(), "points out of the archive"),
    ],
)
def test_what_an_archive_may_not_be_is_refused_before_anything_is_unpacked(
    files: dict[str, str], limits: ArchiveLimits, complaint: str
) -> None:
    with (
        pytest.raises(ConfigurationError, match=complaint) as refused,
        open_archive(packed(files), "x.car", limits),
    ):
        pass
    assert refused.value.file == "x.car"


def test_much_of_the_same_in_a_small_file_is_no_bomb() -> None:
    with open_archive(packed({"blank.xml": " " * 900_000}), "x") as archive:
        assert len(archive.read("blank.xml") or b"") == 900_000


def test_a_name_that_is_there_twice_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", "2")
    with (
        pytest.raises(ConfigurationError, match="'a' is in the archive twice"),
        open_archive(content.getvalue(), "x"),
    ):
        pass


@pytest.mark.parametrize(
    "content", [b"", b"no archive", packed(FILES)[:60]], ids=["empty", "none", "cut"]
)
def test_what_is_no_whole_archive_is_refused(content: bytes) -> None:
    with (
        pytest.raises(ConfigurationError, match="cannot be read"),
        open_archive(content, "x"),
    ):
        pass


def test_a_damaged_entry_is_refused_when_it_is_read() -> None:
    content = packed({"a.xml": "content"}, zipfile.ZIP_STORED).replace(b"content", b"CONTENT")
    with (
        pytest.raises(ConfigurationError, match="cannot be read"),
        open_archive(content, "x") as archive,
    ):
        archive.read("a.xml")
