"""``push``: one notification from the command line."""

from __future__ import annotations

import json

import pytest

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"


@pytest.fixture
def options(apple):
    return (
        "--certificate", apple.credentials.client_certificate, "--host", "localhost",
        "--port", apple.port, "--trust", apple.credentials.ca,
    )  # fmt: skip


def test_an_accepted_notification_exits_0(run, options, empty_apple):
    done = run("push", TOKEN, "--alert", "Hi", *options, APNS_CONNECTOR_PASSWORD="password")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Accepted: apns-id ")
    assert empty_apple.notifications()[0]["payload"] == {"aps": {"alert": "Hi"}}


def test_a_rejected_one_exits_1_and_says_what_to_do(run, options):
    done = run(
        "push", "bad04002" + "0" * 56, "--alert", "Hi", *options,
        APNS_CONNECTOR_PASSWORD="password",
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.startswith("Rejected: 400 BadDeviceToken. The device token is malformed")


def test_the_answer_is_json_when_asked_for(run, options):
    done = run(
        "push", TOKEN, "--payload", '{"aps":{"badge":0}}', "--json", *options,
        APNS_CONNECTOR_PASSWORD="password",
    )  # fmt: skip
    assert json.loads(done.stdout)["accepted"] is True


def test_a_wrong_password_is_told_without_it(run, options):
    done = run("push", TOKEN, "--alert", "Hi", *options, APNS_CONNECTOR_PASSWORD="wr0ng-one")
    assert done.returncode == 1
    assert "the password is wrong" in done.stderr
    assert "wr0ng-one" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((TOKEN, "--alert", "Hi"), "give either --certificate or --key"),
        ((TOKEN, "--key", __file__, "--alert", "x"), "--key needs --key-id and --team-id"),
        ((TOKEN, "--key", __file__, "--payload", "{"), "--payload is not JSON"),
        ((TOKEN, "--key", __file__), "nothing to send"),
    ],
)
def test_what_is_missing_on_the_command_line_is_told(run, arguments, sentence):
    done = run("push", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
