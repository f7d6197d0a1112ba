"""The list of commands, and each command's own help."""

from __future__ import annotations

import pytest


def test_help_names_every_command(run):
    done = run("--help")
    assert done.returncode == 0
    for command in ("check", "demo", "package", "push", "serve", "simulate", "vault"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize(
    "command", ["check", "demo", "package", "push", "serve", "simulate", "vault", "vault put"]
)
def test_each_command_explains_itself(run, command):
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
