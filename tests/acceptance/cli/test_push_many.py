"""``push --tokens``: a notification to each line of a file, against the local Apple."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

PASSWORD = {"APNS_CONNECTOR_PASSWORD": "password"}
SECONDS = 30


def tokens(count: int, prefix: str = "00000001") -> list[str]:
    return [f"{prefix}{number:056x}" for number in range(count)]


def counted_by(apple, word: str) -> int:
    with urlopen(f"http://127.0.0.1:{apple.control_port}/counts") as answer:
        return json.load(answer)[word]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count(kind: str, summary: str) -> int:
    match = re.search(rf"^ *{kind} +(\d+)$", summary, re.MULTILINE)
    assert match is not None, summary
    return int(match[1])


@pytest.fixture
def options(apple):
    return (
        "--certificate", apple.credentials.client_certificate, "--host", "localhost",
        "--port", apple.port, "--trust", apple.credentials.ca,
    )  # fmt: skip


@pytest.fixture
def away_options(options):
    """As ``options``, for a port at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    position = options.index("--port") + 1
    return (*options[:position], port, *options[position + 1 :])


@pytest.fixture
def devices(tmp_path) -> Path:
    """300 devices: 290 good ones, 6 and 3 that Apple rejects, and a line that is none."""
    lines = tokens(290)
    lines[100:100] = tokens(6, "bad04002")
    lines[200:200] = tokens(3, "bad04102")
    lines[250:250] = ["not a device token"]
    file = tmp_path / "devices"
    file.write_text("\n".join(lines))
    return file


def test_each_line_is_sent_and_the_summary_counts_them(run, options, empty_apple, devices):
    done = run("push", "--tokens", devices, "--alert", "Hi", *options, **PASSWORD)
    assert done.returncode == 1
    assert done.stderr == ""
    assert count("accepted", done.stdout) == counted_by(empty_apple, "accepted") == 290
    assert count("rejected", done.stdout) == 9
    assert count("BadDeviceToken", done.stdout) == 6
    assert count("Unregistered", done.stdout) == 3
    assert "line 251: The device token holds something other" in done.stdout
    assert not re.search(r"[0-9a-f]{9}", done.stdout)


def test_all_accepted_exits_0_and_leaves_no_failures(run, options, tmp_path):
    failures = tmp_path / "failures"
    done = run(
        "push", "--tokens", "-", "--alert", "Hi", "--failures", failures, *options,
        given="\n".join(tokens(3)), **PASSWORD,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert count("accepted", done.stdout) == 3
    assert not failures.exists()


def test_failures_are_fed_in_again_with_what_their_lines_said(run, options, empty_apple, tmp_path):
    first_time, good = "bad1400d" + "1" * 56, "ab" * 32
    devices = tmp_path / "devices.csv"
    devices.write_text(f'device_token,title,badge\n{first_time},"Hi, you",7\n{good},,\n')
    failures, left = tmp_path / "failures.csv", tmp_path / "left.csv"
    once = run(
        "push", "--tokens", devices, "--alert", "Hi", "--failures", failures, *options, **PASSWORD
    )
    assert once.returncode == 1, once.stderr
    assert stat.S_IMODE(failures.stat().st_mode) == 0o600
    assert failures.read_text().splitlines() == [
        "device_token,alert,title,badge,sound,topic,reason",
        f'{first_time},,"Hi, you",7,,,PayloadEmpty',
    ]
    again = run(
        "push", "--tokens", failures, "--alert", "Hi", "--failures", left, *options, **PASSWORD
    )
    assert again.returncode == 0, again.stdout
    assert empty_apple.notifications()[-1]["payload"] == {
        "aps": {"alert": {"title": "Hi, you", "body": "Hi"}, "badge": 7}
    }


def test_a_run_that_is_interrupted_goes_on_where_it_was(run, options, empty_apple, tmp_path):
    devices, journal = tmp_path / "devices", tmp_path / "journal"
    devices.write_text("\n".join(tokens(3000, "bad23100")))  # each accepted after a second
    arguments = ("push", "--tokens", devices, "--alert", "Hi", "--resume", journal, *options)
    first = interrupted(arguments, journal)
    done = count("accepted", first)
    assert 1 <= done < 3000
    assert counted_by(empty_apple, "accepted") == done
    second = run(*arguments, **PASSWORD)
    assert second.returncode == 0, second.stdout + second.stderr
    assert f"{done} lines settled before" in second.stdout
    assert count("accepted", second.stdout) == 3000 - done
    assert counted_by(empty_apple, "accepted") == 3000
    third = run(*arguments, **PASSWORD)
    assert "3000 lines settled before" in third.stdout
    assert counted_by(empty_apple, "accepted") == 3000


def test_a_run_that_is_killed_goes_on_and_loses_no_line(run, options, empty_apple, tmp_path):
    devices, journal = tmp_path / "devices", tmp_path / "journal"
    devices.write_text("\n".join(tokens(3000, "bad23100")))  # each accepted after a second
    arguments = ("push", "--tokens", devices, "--alert", "Hi", "--resume", journal, *options)
    with subprocess.Popen(
        [sys.executable, "-m", "apns_connector", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **PASSWORD},
    ) as process:
        wait_for(lambda: journal.exists() and journal.read_text().count("\n") > 1)
        process.kill()
    second = run(*arguments, **PASSWORD)
    assert second.returncode == 0, second.stdout + second.stderr
    got = [notification["device_token"] for notification in empty_apple.notifications(limit=10_000)]
    assert set(got) == set(tokens(3000, "bad23100"))
    assert len(got) - len(set(got)) <= 2000  # those that were under way at the kill
    settled = re.search(r"(\d+) lines settled before", second.stdout)
    assert settled is not None
    assert int(settled[1]) + count("accepted", second.stdout) == 3000


def test_a_server_that_is_away_leaves_every_line_to_be_sent_again(run, tmp_path, away_options):
    devices, failures = tmp_path / "devices", tmp_path / "failures"
    devices.write_text("\n".join(tokens(20)))
    arguments = ("push", "--tokens", devices, "--alert", "Hi", "--timeout", "1")
    told = run(*arguments, "--failures", failures, *away_options, **PASSWORD)
    assert told.returncode == 1
    assert count("not sent", told.stdout) == 20
    assert failures.read_text().count("cannot be reached") == 20


def interrupted(arguments: tuple[object, ...], journal: Path) -> str:
    """The summary of a run that gets Ctrl-C once its journal holds something."""
    with subprocess.Popen(
        [sys.executable, "-m", "apns_connector", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **PASSWORD},
    ) as process:
        wait_for(lambda: journal.exists() and journal.read_text().count("\n") > 1)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "Stopping" in stderr
    return stdout


def test_ctrl_c_ends_the_waiting_for_a_pipe(options, empty_apple):
    with subprocess.Popen(
        [sys.executable, "-m", "apns_connector", "push", "--tokens", "-", "--alert", "Hi",
         *map(str, options)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **PASSWORD},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(f"not a token\n{tokens(1)[0]}\n")
        process.stdin.flush()
        wait_for(lambda: counted_by(empty_apple, "accepted") == 1)  # and the pipe stays open
        process.send_signal(signal.SIGINT)
        assert "Stopping" in process.stderr.readline()
        assert process.stdout is not None
        summary = process.stdout.read()
        assert process.wait(SECONDS) == 1
    assert count("accepted", summary) == 1
    assert count("invalid lines", summary) == 1


def test_a_second_ctrl_c_gives_up_what_is_never_answered(options, empty_apple, tmp_path):
    devices, failures = tmp_path / "devices", tmp_path / "failures"
    devices.write_text("\n".join(tokens(2, "bad20000")))
    with subprocess.Popen(
        [sys.executable, "-m", "apns_connector", "push", "--tokens", devices, "--alert", "Hi",
         "--timeout", "600", "--failures", failures, *map(str, options)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **PASSWORD},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        wait_for(lambda: counted_by(empty_apple, "unanswered") == 2)
        process.send_signal(signal.SIGINT)
        assert "Stopping" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        summary = process.stdout.read()
        assert process.wait(SECONDS) == 1
    assert count("unknown", summary) == 2
    assert failures.read_text().count("Given up while under way") == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "give either DEVICE_TOKEN or --tokens"),
        (("ab" * 32, "--tokens", "-"), "give either DEVICE_TOKEN or --tokens"),
        (("ab" * 32, "--failures", "f"), "--failures and --resume go with --tokens"),
        (("--tokens", "-", "--json"), "--json goes with DEVICE_TOKEN"),
    ],
)
def test_options_that_exclude_each_other_are_told(run, arguments, sentence):
    done = run("push", *arguments, "--alert", "Hi")
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_journal_needs_a_file_that_can_be_read_again(run, options, tmp_path):
    done = run(
        "push", "--tokens", "-", "--alert", "Hi", "--resume", tmp_path / "journal", *options,
        given="", **PASSWORD,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--resume needs a file" in done.stderr


def test_the_failures_must_not_be_the_device_tokens(run, options, devices):
    before = devices.read_text()
    done = run(
        "push", "--tokens", devices, "--alert", "Hi", "--failures", devices, *options, **PASSWORD
    )
    assert done.returncode == 2
    assert "must be different files" in done.stderr
    assert devices.read_text() == before
