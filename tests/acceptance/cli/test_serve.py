"""``serve``: started, refused, stopped."""

from __future__ import annotations


def test_serve_of_a_folder_that_is_none_says_so(run, tmp_path):
    done = run("serve", tmp_path / "nothing")
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path}/nothing does not exist: a deployment is a folder or a file\n"


def test_serve_on_a_port_in_use_says_so(run, serve, deployment):
    taken = serve("seed-sample").port
    done = run("serve", deployment, "--port", taken)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{taken}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_gateway_stops_on_sigterm_with_exit_code_0(run, serve):
    gateway = serve("seed-sample")
    assert gateway.command.stop() == 0
    assert "Traceback" not in gateway.command.log.read_text()
