"""The server's TLS context, and how its key gets there."""

from __future__ import annotations

import os
import ssl

import pytest

from apns_connector.simulator.authority import Authority
from apns_connector.simulator.tls import (
    load_identity,
    memory_file,
    server_context,
    temporary_file,
)


@pytest.fixture(scope="module")
def authority():
    return Authority.create()


def test_a_client_certificate_is_asked_for_but_not_required(authority):
    assert server_context(authority).verify_mode is ssl.CERT_OPTIONAL


def test_tls_begins_with_1_2(authority):
    assert server_context(authority).minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("file", [memory_file, temporary_file])
def test_an_identity_is_loaded_and_its_file_is_gone(file, authority):
    paths = []
    content = []

    def watched(pem):
        content.append(pem)
        holder = file(pem)

        class Watched:
            def __enter__(self):
                paths.append(holder.__enter__())
                return paths[0]

            def __exit__(self, *args):
                return holder.__exit__(*args)

        return Watched()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_identity(context, authority.push_certificate("a.b"), watched)
    assert not os.path.exists(paths[0])
    assert b"ENCRYPTED PRIVATE KEY" in content[0]
    assert b"BEGIN PRIVATE KEY" not in content[0]
