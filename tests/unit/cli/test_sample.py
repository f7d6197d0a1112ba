"""Samples: a request is read as HTTP is written, a copy is made ready to be served."""

from __future__ import annotations

import base64

from apns_connector.cli.sample import (
    PASSWORD_ALIAS,
    SIGNING_KEY_ALIAS,
    SampleRequest,
    prepare,
    read_request,
)
from apns_connector.mediation.vault import MASTER_KEY_VARIABLE, Vault
from apns_connector.simulator import demo_credentials


def test_a_request_has_a_line_fields_and_a_body(tmp_path):
    file = tmp_path / "push.http"
    file.write_bytes(
        b'POST /services/X\nContent-Type: text/xml\nSOAPAction:  "a:b"\n\n<a>\n\n</a>\n'
    )
    assert read_request(file, tmp_path) == SampleRequest(
        "push",
        "POST",
        "/services/X",
        (("Content-Type", "text/xml"), ("SOAPAction", '"a:b"')),
        b"<a>\n\n</a>\n",
    )


def test_a_file_is_included_from_the_folder_of_the_credentials(tmp_path):
    (tmp_path / "client.p12").write_bytes(b"\x00\x01")
    file = tmp_path / "push.http"
    file.write_bytes(b"POST /\n\nbefore {{base64 credentials/client.p12}} after")
    included = base64.b64encode(b"\x00\x01")
    assert read_request(file, tmp_path).body == b"before " + included + b"\n after"


def test_a_prepared_copy_has_all_credentials_and_the_sample_stays_as_it_is(tmp_path):
    credentials = demo_credentials(tmp_path / "credentials")
    sample = tmp_path / "sample"
    sample.mkdir()
    (sample / "gateway.yaml").write_text("http: {}\n")

    environment = prepare(sample, tmp_path / "copy", credentials, 4711, 4712)

    vault = Vault(tmp_path / "copy", environment[MASTER_KEY_VARIABLE])
    assert vault.lookup(PASSWORD_ALIAS) == credentials.password
    assert vault.lookup(SIGNING_KEY_ALIAS) == credentials.signing_key.read_text()
    certificate = tmp_path / "copy/registry/governance/apns/certificate.p12"
    assert certificate.read_bytes() == credentials.client_certificate.read_bytes()
    signing_key = tmp_path / "copy/registry/governance/apns/AuthKey.p8"
    assert signing_key.read_bytes() == credentials.signing_key.read_bytes()
    sandbox = "APNS_CONNECTOR__APNS__DESTINATIONS__SANDBOX__"
    assert environment[f"{sandbox}PORT"] == "4711"
    assert environment[f"{sandbox}CHANNELS__PORT"] == "4712"
    assert [file.name for file in sample.iterdir()] == ["gateway.yaml"]
