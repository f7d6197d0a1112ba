"""The file of unregistered device tokens is made when it is first needed."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from apns_connector.apns import FeedbackFile, Unregistered
from apns_connector.errors import ConfigurationError
from apns_connector.operations.unregistered_file import UnregisteredFile

ENTRY = Unregistered("ab" * 32, "com.example.app", "Unregistered", None, datetime.now(UTC))


def test_nothing_is_made_before_it_is_needed(tmp_path):
    file = UnregisteredFile(tmp_path / "data/unregistered.db")
    file.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_added_is_in_the_file_once_it_is_closed(tmp_path):
    path = tmp_path / "data/unregistered.db"
    file = UnregisteredFile(path)
    file.add(ENTRY)
    file.close()
    assert FeedbackFile(path).read().unregistered == (ENTRY,)


def test_it_is_opened_once(tmp_path):
    file = UnregisteredFile(tmp_path / "unregistered.db")
    assert file.open() is file.open()
    file.close()


def test_a_folder_that_cannot_be_made_is_told_with_the_setting(tmp_path):
    (tmp_path / "data").write_text("a file")
    file = UnregisteredFile(tmp_path / "data/unregistered.db")
    with pytest.raises(ConfigurationError, match=r"apns\.unregistered_file"):
        file.add(ENTRY)


def test_what_cannot_be_written_at_the_end_is_told_in_the_log(tmp_path, caplog):
    folder = tmp_path / "data"
    file = UnregisteredFile(folder / "unregistered.db")
    opened = file.open()
    (folder / "unregistered.db").unlink()
    for rest in folder.iterdir():
        rest.unlink()
    folder.rmdir()
    opened.add(ENTRY)
    with caplog.at_level(logging.ERROR):
        file.close()
    assert "unregistered device tokens lost for good: 1" in caplog.text
