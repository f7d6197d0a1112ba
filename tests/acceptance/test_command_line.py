"""The commands as a user types them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import ClassVar

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"


def run(
    *arguments: object, given: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "apns_connector", *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, **environment},
    )


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLES / "seed-sample", tmp_path / "deployment")
    return tmp_path / "deployment"


def test_help_names_every_command():
    done = run("--help")
    assert done.returncode == 0
    for command in ("check", "demo", "package", "push", "serve", "simulate", "vault"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize(
    "command", ["check", "demo", "package", "push", "serve", "simulate", "vault", "vault put"]
)
def test_each_command_explains_itself(command):
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout


def test_the_demo_shows_request_answer_and_notification_and_succeeds():
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<apns:alert>Test Message - Final</apns:alert>" in done.stdout
    assert "<apns:successful>true</apns:successful>" in done.stdout
    assert '"alert": "Test Message - Final"' in done.stdout
    assert done.stdout.endswith("The notification went through.\n")


def test_check_finds_a_sound_deployment_sound(deployment):
    done = run("check", deployment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{deployment} is sound. Proxies: PushNotification\n"


def test_check_lists_all_mistakes_at_once_with_file_and_line(deployment):
    configs = deployment / "synapse-configs/default"
    entry = configs / "local-entries/MyAPNsConfig.xml"
    entry.write_text(entry.read_text().replace("apns.init", "apns.inti"))
    (configs / "sequences").mkdir()
    (configs / "sequences/a.xml").write_text(
        '<sequence xmlns="http://ws.apache.org/ns/synapse" name="a">\n'
        "    <lgo/>\n"
        '    <property name="x" expression="//["/>\n'
        '    <sequence key="nowhere"/>\n'
        "</sequence>\n"
    )
    done = run("check", deployment)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[-1] == f"{len(lines) - 1} problems in {deployment}"
    for place in ("a.xml:2: ", "a.xml:3: ", "a.xml:4: ", "MyAPNsConfig.xml:3: "):
        assert any(place in line for line in lines), (place, done.stderr)


def test_check_of_a_mistake_in_gateway_yaml_names_its_line(deployment):
    (deployment / "gateway.yaml").write_text("http:\n  port: many\n")
    done = run("check", deployment)
    assert done.returncode == 1
    assert done.stderr == (f"{deployment}/gateway.yaml:2: http.port: Expected `int`, got `str`\n")


def test_serve_of_a_folder_that_is_none_says_so(tmp_path):
    done = run("serve", tmp_path / "nothing")
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path}/nothing is not a folder: a deployment is one\n"


def test_serve_on_a_port_in_use_says_so(serve, deployment):
    taken = serve("seed-sample").port
    done = run("serve", deployment, "--port", taken)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{taken}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_gateway_stops_on_sigterm_with_exit_code_0(serve):
    gateway = serve("seed-sample")
    assert gateway.command.stop() == 0
    assert "Traceback" not in gateway.command.log.read_text()


class TestVault:
    KEY: ClassVar = {"APNS_CONNECTOR_MASTER_KEY": "a phrase"}

    def test_a_secret_goes_in_and_only_its_alias_comes_out(self, deployment):
        assert run("vault", "create", deployment, **self.KEY).returncode == 0
        stored = run("vault", "put", deployment, "push", given="s3cret\n", **self.KEY)
        assert stored.stdout == "Stored push. In XML: {wso2:vault-lookup('push')}\n"
        assert run("vault", "list", deployment).stdout == "push\n"
        everything = b"".join(f.read_bytes() for f in deployment.rglob("*") if f.is_file())
        assert b"s3cret" not in everything

    def test_a_wrong_master_key_is_told(self, deployment):
        run("vault", "create", deployment, **self.KEY)
        done = run("vault", "put", deployment, "x", given="y", APNS_CONNECTOR_MASTER_KEY="another")
        assert done.returncode == 1
        assert "master key" in done.stderr
        assert "Traceback" not in done.stderr

    def test_without_a_master_key_the_variables_to_set_are_named(self, deployment):
        done = run("vault", "create", deployment)
        assert done.returncode == 2
        assert "APNS_CONNECTOR_MASTER_KEY" in done.stderr

    def test_a_second_vault_is_not_made_over_the_first(self, deployment):
        run("vault", "create", deployment, **self.KEY)
        done = run("vault", "create", deployment, **self.KEY)
        assert done.returncode == 1
        assert "already" in done.stderr


class TestPush:
    @pytest.fixture
    def options(self, apple):
        return (
            "--certificate", apple.credentials.client_certificate, "--host", "localhost",
            "--port", apple.port, "--trust", apple.credentials.ca,
        )  # fmt: skip

    def test_an_accepted_notification_exits_0(self, options, empty_apple):
        done = run("push", TOKEN, "--alert", "Hi", *options, APNS_CONNECTOR_PASSWORD="password")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Accepted: apns-id ")
        assert empty_apple.notifications()[0]["payload"] == {"aps": {"alert": "Hi"}}

    def test_a_rejected_one_exits_1_and_says_what_to_do(self, options):
        done = run(
            "push", "bad04002" + "0" * 56, "--alert", "Hi", *options,
            APNS_CONNECTOR_PASSWORD="password",
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stdout.startswith("Rejected: 400 BadDeviceToken. The device token is malformed")

    def test_the_answer_is_json_when_asked_for(self, options):
        done = run(
            "push", TOKEN, "--payload", '{"aps":{"badge":0}}', "--json", *options,
            APNS_CONNECTOR_PASSWORD="password",
        )  # fmt: skip
        assert json.loads(done.stdout)["accepted"] is True

    def test_a_wrong_password_is_told_without_it(self, options):
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
    def test_what_is_missing_on_the_command_line_is_told(self, arguments, sentence):
        done = run("push", *arguments)
        assert done.returncode == 2
        assert sentence in done.stderr


def test_package_writes_an_archive_that_is_read_as_a_library(tmp_path):
    done = run("package", "--output", tmp_path / "apns.zip")
    assert done.returncode == 0
    with zipfile.ZipFile(tmp_path / "apns.zip") as archive:
        assert set(archive.namelist()) == {
            "connector.xml",
            "config/component.xml",
            "config/init.xml",
            "config/dispatchToDevice.xml",
        }


def test_the_packaged_archive_serves_in_the_place_of_the_built_in_library(serve, empty_apple):
    def add_archive(folder: Path) -> None:
        (folder / "synapse-libs").mkdir()
        run("package", "--output", folder / "synapse-libs/apns-connector.zip")

    gateway = serve("seed-sample", add_archive)
    request = (SAMPLES / "seed-sample/requests/push.http").read_bytes().partition(b"\n\n")[2]
    status, _, body = gateway.request(request, {"Content-Type": "text/xml"})
    assert (status, b"true" in body) == (200, True)
    assert len(empty_apple.notifications()) == 1
