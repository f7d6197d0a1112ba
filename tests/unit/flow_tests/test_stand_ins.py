import asyncio

import pytest

from apns_connector.flow_tests.building import build
from apns_connector.flow_tests.reading import read_suite
from apns_connector.flow_tests.stand_ins import (
    StandInClients,
    StandInKeeper,
    StandInVault,
    certificate_for,
    signing_key_of,
    stand_in_resources,
)
from apns_connector.mediation import xml
from apns_connector.mediation.library import Document
from apns_connector.mediation.message import Message
from apns_connector.mediation.snapshot import thaw
from apns_connector.simulator import demo_credentials


@pytest.fixture(scope="module")
def credentials(tmp_path_factory):
    return demo_credentials(tmp_path_factory.mktemp("credentials"))


def init(inside: str) -> list[Document]:
    return [
        Document(xml.parse(f"<localEntry><init>{inside}</init></localEntry>".encode()), "e.xml")
    ]


def test_whatever_is_named_the_simulators_credentials_are_used(credentials):
    certificate, key = certificate_for([], credentials), signing_key_of(credentials)
    clients = StandInClients(certificate, key, {}, {})
    assert asyncio.run(clients.certificate(b"no certificate", "no password", "x")) is certificate
    assert clients.signing_key(b"no key", "?", "?", "x") is key


def test_the_certificate_is_for_the_topics_that_are_named(credentials):
    assert certificate_for([], credentials).topic == "com.example.app"
    named = init("<topic>org.example.shop.voip</topic><topic>{$ctx:topic}</topic>")
    certificate = certificate_for(named, credentials)
    assert certificate.topic == "org.example.shop"
    assert "org.example.shop.voip" in certificate.topics
    assert certificate.topic_for("voip") == "org.example.shop.voip"


def test_there_is_something_at_each_path_that_is_named():
    found = stand_in_resources(
        init(
            "<certificateRegistryPath>gov:/a/c.p12</certificateRegistryPath>"
            "<signingKeyRegistryPath>conf:k.p8</signingKeyRegistryPath>"
            "<certificateRegistryPath>{$ctx:path}</certificateRegistryPath>"
            "<certificateRegistryPath>gov:../out.p12</certificateRegistryPath>"
        )
    )
    assert sorted(found) == ["config/k.p8", "governance/a/c.p12"]


def test_the_vault_knows_every_alias(tmp_path):
    assert StandInVault(tmp_path).lookup("any.alias") == "the secret any.alias"


def test_what_is_put_into_a_store_is_kept_as_a_real_one_would_have_it(project):
    suite = read_suite(project())
    configuration, _ = build(suite, classes={}, libraries=[], environment={})
    message = Message.from_json({"a": 1}, configuration=configuration)
    keeper = StandInKeeper()
    asyncio.run(keeper.keep("S", message))
    [content] = keeper.kept["S"]
    assert thaw(content, configuration).json == {"a": 1}
