"""``check``: all that is wrong in a deployment."""

from __future__ import annotations


def test_check_finds_a_sound_deployment_sound(run, deployment):
    done = run("check", deployment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{deployment} is sound. Proxies: PushNotification\n"


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
    lines = done.stderr.splitlines()
    assert lines[-1] == f"{len(lines) - 1} problems in {deployment}"
    for place in ("a.xml:2: ", "a.xml:3: ", "a.xml:4: ", "MyAPNsConfig.xml:3: "):
        assert any(place in line for line in lines), (place, done.stderr)


def test_check_of_a_mistake_in_gateway_yaml_names_its_line(run, deployment):
    (deployment / "gateway.yaml").write_text("http:\n  port: many\n")
    done = run("check", deployment)
    assert done.returncode == 1
    assert done.stderr == (f"{deployment}/gateway.yaml:2: http.port: Expected `int`, got `str`\n")
