"""``check``: all that is wrong in a deployment."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from apns_connector.cli.sample import prepare
from apns_connector.mediation.vault import MASTER_KEY_VARIABLE, Vault
from apns_connector.simulator import demo_credentials
from apns_connector.simulator.authority import Authority

ROOT = Path(__file__).parents[3]
FORTY_MISTAKES = Path(__file__).parents[1] / "forty_mistakes"


@pytest.fixture
def complete(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """The first sample with everything in its place, and the environment that it needs."""
    credentials = demo_credentials(tmp_path / "credentials")
    deployment = tmp_path / "complete"
    environment = prepare(ROOT / "samples/seed-sample", deployment, credentials, 2197)
    shutil.copytree(credentials.folder, deployment / "credentials")
    return deployment, environment


def test_check_finds_a_sound_deployment_sound(run, complete):
    deployment, environment = complete
    done = run("check", deployment, **environment)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"{deployment} is sound\n"


def test_check_lists_all_mistakes_at_once_with_file_and_line(run, deployment):
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
    for place in ("a.xml:2: error: ", "a.xml:3: error: ", "a.xml:4: error: ",
                  "a.xml:1: warning: ", "MyAPNsConfig.xml:3: error: "):  # fmt: skip
        assert place in done.stdout, done.stdout
    errors, warnings = (done.stdout.count(f": {kind}: ") for kind in ("error", "warning"))
    assert done.stderr == f"{errors} errors and {warnings} warning in {deployment}\n"


def test_check_of_a_mistake_in_gateway_yaml_names_its_line(run, complete):
    deployment, environment = complete
    (deployment / "gateway.yaml").write_text("http:\n  port: many\n")
    done = run("check", deployment, **{MASTER_KEY_VARIABLE: environment[MASTER_KEY_VARIABLE]})
    assert done.returncode == 1
    assert done.stdout == (
        f"{deployment}/gateway.yaml:2: error: http.port: Expected `int`, got `str`\n"
    )


def test_a_warning_is_no_failure_unless_it_is_asked_to_be(run, complete):
    deployment, environment = complete
    sequences = deployment / "synapse-configs/default/sequences"
    sequences.mkdir()
    (sequences / "a.xml").write_text(
        '<sequence xmlns="http://ws.apache.org/ns/synapse" name="forgotten"/>'
    )
    done = run("check", deployment, **environment)
    assert done.returncode == 0
    assert done.stderr == f"0 errors and 1 warning in {deployment}\n"
    assert run("check", deployment, "--strict", **environment).returncode == 1


def test_a_note_is_no_warning(run, complete):
    deployment, environment = complete
    (deployment / "deployment").mkdir()
    (deployment / "deployment/deployment.toml").write_text("")
    done = run("check", deployment, "--strict", **environment)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{deployment}/deployment/deployment.toml: note: not read: ")


def test_the_findings_may_be_had_as_json(run, deployment):
    done = run("check", deployment, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    document = json.loads(done.stdout)
    assert document["deployment"] == str(deployment)
    assert document["errors"] == len(document["findings"]) == 2
    assert document["findings"][0] == {
        "file": "synapse-configs/default/local-entries/MyAPNsConfig.xml",
        "line": 6,
        "severity": "error",
        "text": "the registry has no resource 'gov:/apns/certificate.p12'",
    }


def test_a_deployment_that_is_none_is_one_error(run, tmp_path):
    done = run("check", tmp_path / "none")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{tmp_path}/none: error: ")


def test_an_empty_deployment_is_an_error(run, tmp_path):
    (tmp_path / "synapse-configs/default").mkdir(parents=True)
    done = run("check", tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        f"{tmp_path}: error: nothing is served: there is no proxy, API, task or message processor\n"
    )


@pytest.fixture
def forty_mistakes(tmp_path: Path) -> Path:
    deployment = tmp_path / "deployment"
    shutil.copytree(FORTY_MISTAKES / "deployment", deployment)
    authority = Authority.create()
    folder = deployment / "registry/governance/apns"
    folder.mkdir()
    for name, days in (("sound", 365), ("expired", -5), ("ending", 10), ("locked", 365)):
        password = "another" if name == "locked" else "password"
        certificate = authority.push_certificate("com.example.app", days=days)
        (folder / f"{name}.p12").write_bytes(certificate.to_pkcs12(password))
    Vault.create(deployment, "the master key", cost=2**4).put("password", "password")
    return deployment


def test_forty_mistakes_are_forty_findings_each_at_its_place(run, forty_mistakes):
    done = run("check", forty_mistakes, **{MASTER_KEY_VARIABLE: "the master key"})
    assert done.returncode == 1
    found = [line.removeprefix(f"{forty_mistakes}/") for line in done.stdout.splitlines()]
    expected = (FORTY_MISTAKES / "expected.txt").read_text().splitlines()
    assert len(expected) == 40
    assert [parts(line)[:2] for line in found] == [parts(line)[:2] for line in expected]
    for line, wanted in zip(found, expected, strict=True):
        assert parts(wanted)[2] in line
    assert done.stderr == f"35 errors and 5 warnings in {forty_mistakes}\n"


def parts(line: str) -> list[str]:
    """Place, severity, text."""
    return line.split(": ", 2)
