"""``simulate``: a local Apple, as its users start it."""

from __future__ import annotations

import socket


def test_it_says_where_it_is_and_what_to_send_with(apple):
    told = apple.command.log.read_text()
    for file in (apple.credentials.ca, apple.credentials.client_certificate):
        assert str(file) in told
        assert file.is_file()
    assert f"key id {apple.credentials.key_id}, team id {apple.credentials.team_id}" in told
    assert "(password: password)" in told
    assert f"Channels are at    127.0.0.1:{apple.management_port} (TLS, HTTP/2)" in told


def test_the_management_port_can_be_chosen(run, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = ("--port", 0, "--control-port", 0, "--management-port", taken.getsockname()[1])
        done = run("simulate", *ports, "--credentials", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The simulator cannot listen: ")


def test_a_port_in_use_is_told(run, apple, tmp_path):
    done = run("simulate", "--port", apple.port, "--credentials", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("The simulator cannot listen: ")


def test_credentials_that_are_there_are_kept(run, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        arguments = ("simulate", "--port", taken.getsockname()[1], "--credentials", tmp_path)
        run(*arguments)
        first = (tmp_path / "client.p12").read_bytes()
        run(*arguments)
        assert (tmp_path / "client.p12").read_bytes() == first
