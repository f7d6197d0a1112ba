from __future__ import annotations

import base64
import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.delivery.seal import Seal
from apns_connector.errors import ConfigurationError, SealError

RECORD = "0190a6e5-7c1a-7000-8000-000000000001"
ANOTHER = "0190a6e5-7c1a-7000-8000-000000000002"
SEAL = Seal(b"k" * 32)


@given(st.binary(max_size=5000))
def test_what_was_sealed_comes_out_again(content):
    assert SEAL.unseal(RECORD, SEAL.seal(RECORD, content)) == content


def test_nothing_of_the_content_is_seen_and_no_two_are_alike():
    content = b"device token 740f4707bebcf74f" * 10
    first, second = SEAL.seal(RECORD, content), SEAL.seal(RECORD, content)
    assert first != second
    assert b"740f4707" not in first
    assert len(first) == len(content) + 32


def test_each_changed_byte_is_noticed():
    body = SEAL.seal(RECORD, b"content")
    for position in range(len(body)):
        changed = bytearray(body)
        changed[position] ^= 1
        with pytest.raises(SealError):
            SEAL.unseal(RECORD, bytes(changed))


def test_a_body_does_not_open_under_the_id_of_another_record():
    with pytest.raises(SealError, match=f"Record {ANOTHER} cannot be read.*another one's"):
        SEAL.unseal(ANOTHER, SEAL.seal(RECORD, b"content"))


def test_another_key_is_named_and_never_gives_garbage():
    body = Seal(b"x" * 32).seal(RECORD, b"content")
    with pytest.raises(SealError, match="sealed with another key") as caught:
        SEAL.unseal(RECORD, body)
    assert caught.value.record_id == RECORD
    assert body[:4].hex() in str(caught.value)


@pytest.mark.parametrize("length", [0, 3, 4, 16, 31])
def test_what_is_cut_off_is_told(length):
    with pytest.raises(SealError, match="cut off, or was never sealed"):
        SEAL.unseal(RECORD, SEAL.seal(RECORD, b"")[:length])


def test_a_lane_is_the_same_for_the_same_text_and_only_under_the_same_key():
    assert SEAL.lane("token") == SEAL.lane("token")
    assert SEAL.lane("token") != SEAL.lane("tokem")
    assert SEAL.lane("token") != Seal(b"x" * 32).lane("token")
    assert len(bytes.fromhex(SEAL.lane(""))) == 16


def test_a_seal_shows_its_key_to_nobody():
    assert "k" * 8 not in repr(SEAL)
    assert (b"k" * 8).hex() not in repr(SEAL)


def test_the_same_master_key_is_the_same_seal_on_any_machine():
    body = Seal.from_master_key("correct horse").seal(RECORD, b"content")
    assert Seal.from_master_key("correct horse").unseal(RECORD, body) == b"content"
    with pytest.raises(SealError):
        Seal.from_master_key("correct horsf").unseal(RECORD, body)


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "message-stores.key"
    body = Seal.from_file(file).seal(RECORD, b"content")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(base64.b64decode(file.read_bytes())) == 32
    assert Seal.from_file(file).unseal(RECORD, body) == b"content"
    assert list(tmp_path.iterdir()) == [file]


def test_those_who_make_a_key_file_at_once_get_the_same_key(tmp_path):
    lanes: list[str] = []

    def start() -> None:
        lanes.append(Seal.from_file(tmp_path / "key").lane("token"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lanes) == 8
    assert len(set(lanes)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("content", [b"", b"not base64!", base64.b64encode(b"k" * 31)])
def test_a_file_without_a_key_is_refused_and_left_alone(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="holds no key of 32 bytes"):
        Seal.from_file(file)
    assert file.read_bytes() == content


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Seal.from_file(tmp_path / "missing" / "key")
