"""``vault``: secrets go in, aliases come out."""

from __future__ import annotations

KEY = {"APNS_CONNECTOR_MASTER_KEY": "a phrase"}


def test_a_secret_goes_in_and_only_its_alias_comes_out(run, deployment):
    assert run("vault", "create", deployment, **KEY).returncode == 0
    stored = run("vault", "put", deployment, "push", given="s3cret\n", **KEY)
    assert stored.stdout == "Stored push. In XML: {wso2:vault-lookup('push')}\n"
    assert run("vault", "list", deployment).stdout == "push\n"
    everything = b"".join(f.read_bytes() for f in deployment.rglob("*") if f.is_file())
    assert b"s3cret" not in everything


def test_a_wrong_master_key_is_told(run, deployment):
    run("vault", "create", deployment, **KEY)
    done = run("vault", "put", deployment, "x", given="y", APNS_CONNECTOR_MASTER_KEY="another")
    assert done.returncode == 1
    assert "master key" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_master_key_the_variables_to_set_are_named(run, deployment):
    done = run("vault", "create", deployment)
    assert done.returncode == 2
    assert "APNS_CONNECTOR_MASTER_KEY" in done.stderr


def test_a_second_vault_is_not_made_over_the_first(run, deployment):
    run("vault", "create", deployment, **KEY)
    done = run("vault", "create", deployment, **KEY)
    assert done.returncode == 1
    assert "already" in done.stderr
