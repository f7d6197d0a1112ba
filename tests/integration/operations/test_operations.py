"""Operations over real connections: the simulator is Apple."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from apns_connector.apns import Destination
from apns_connector.errors import MediationError
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Message
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.vault import Vault
from apns_connector.operations import Clients, UnregisteredFile, class_mediators
from apns_connector.operations.catalogue import OPERATIONS
from apns_connector.operations.catalogue_entries import Field
from apns_connector.own_library import own_library
from apns_connector.simulator import DemoCredentials, Simulator, demo_credentials

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
GONE = "bad04102" + "0" * 48 + "abcdef12"
RESULTS = {entry.name: entry.result for entry in OPERATIONS}
CERTIFICATE = {
    "destination": "sandbox",
    "certificateFetchMethod": "registry",
    "certificateRegistryPath": "gov:/push.p12",
    "password": "password",
}
KEY = {
    "connectionType": "APNS",
    "name": "MyTeam",
    "destination": "sandbox",
    "signingKeyAlias": "apns.signing.key",
    "keyId": "DEMOKEY001",
    "teamId": "DEMOTEAM01",
    "topic": "com.example.app",
}


class Gateway:
    """A deployment with a certificate, a key, and the operations, joined to a simulator."""

    def __init__(self, folder: Path, credentials: DemoCredentials, simulator: Simulator):
        (folder / "synapse-configs/default").mkdir(parents=True)
        registry = folder / "registry/governance"
        registry.mkdir(parents=True)
        (registry / "push.p12").write_bytes(credentials.client_certificate.read_bytes())
        vault = Vault.create(folder, "the master key", cost=2)
        vault.put("apns.signing.key", credentials.signing_key.read_text())
        trust = credentials.ca

        def server(port: int | None) -> dict[str, Destination]:
            return {"sandbox": Destination("sandbox", "localhost", port or 0, trust)}

        self.clients = Clients(
            server(simulator.port),
            channel_servers=server(simulator.management_port),
            unregistered=UnregisteredFile(folder / "data/unregistered.db"),
        )
        self.configuration: Configuration = read_deployment(
            folder,
            classes=class_mediators(self.clients),
            libraries=[own_library()],
            vault=vault,
        )

    async def call(self, operation: str, init: dict[str, str] = KEY, **parameters: str) -> Message:
        """The message after ``<apns.init>`` and the operation; it is JSON."""
        message = Message.from_json({}, configuration=self.configuration)
        reader = Reader("test", self.configuration.language)
        for name, given in (("init", init), (operation, parameters)):
            await reader.mediator(element(name, given)).mediate(message)
        check_listed(message.json, RESULTS[operation])
        return message


def check_listed(told: dict[str, Any], fields: Sequence[Field]) -> None:
    """The catalogue lists every member of a result."""
    by_name = {field.name: field for field in fields}
    assert set(told) - {"success"} <= set(by_name)
    for name, value in told.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                check_listed(item, by_name[name].fields)


def element(operation: str, parameters: dict[str, str]) -> etree._Element:
    found = etree.Element(f"{{http://ws.apache.org/ns/synapse}}apns.{operation}")
    for name, value in parameters.items():
        etree.SubElement(found, name).text = value
    return found


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Callable[[Gateway, Simulator], Awaitable[None]]], None]:
    """``run(scenario)``: ``await scenario(gateway, simulator)`` while both are there."""

    def with_both(scenario):
        async def both():
            credentials = demo_credentials(tmp_path / "credentials")
            async with Simulator(credentials) as simulator:
                gateway = Gateway(tmp_path / "deployment", credentials, simulator)
                try:
                    await scenario(gateway, simulator)
                finally:
                    await gateway.clients.close()

        asyncio.run(both())

    return with_both


@pytest.mark.parametrize("init", [CERTIFICATE, KEY], ids=["certificate", "signing key"])
def test_a_notification_goes_out_with_either_kind_of_credentials(run, init):
    async def scenario(gateway, simulator):
        message = await gateway.call(
            "dispatchToDevice", init, deviceToken=TOKEN, alert="Hello", title="News", priority="5"
        )
        (received,) = simulator.received
        assert message.json == {"success": True, "status": 200, "apnsId": received.apns_id}
        assert received.headers["apns-topic"] == "com.example.app"
        assert received.headers["apns-priority"] == "5"
        assert received.payload == {
            "aps": {"alert": {"title": "News", "body": "Hello"}, "badge": 0}
        }
        assert (received.provider_token is None) == (init is CERTIFICATE)

    run(scenario)


def test_a_signing_key_in_the_registry_is_as_good(run):
    async def scenario(gateway, simulator):
        folder = gateway.configuration.layout.registry / "governance"
        (folder / "AuthKey.p8").write_text(gateway.configuration.vault.get("apns.signing.key"))
        init = {**KEY, "signingKeyRegistryPath": "gov:/AuthKey.p8"}
        del init["signingKeyAlias"]
        await gateway.call("dispatchToDevice", init, deviceToken=TOKEN, alert="Hello")
        assert simulator.received[0].provider_token["kid"] == "DEMOKEY001"

    run(scenario)


def test_one_client_serves_all_calls_with_the_same_key(run):
    async def scenario(gateway, simulator):
        for _ in range(3):
            await gateway.call("dispatchToDevice", deviceToken=TOKEN, alert="Hello")
        assert simulator.connections_opened == 1
        (token,) = {json.dumps(received.provider_token) for received in simulator.received}
        assert "DEMOTEAM01" in token

    run(scenario)


def test_many_devices_get_it_and_those_that_are_gone_are_handed_out(run):
    async def scenario(gateway, simulator):
        tokens = [f"{number:064x}" for number in range(300)]
        message = await gateway.call(
            "dispatchToDevices", deviceTokens=json.dumps([*tokens, GONE]), alert="Hello"
        )
        assert (message.json["accepted"], message.json["failed"]) == (300, 1)
        assert [device["deviceToken"] for device in message.json["devices"]] == [*tokens, GONE]
        assert sorted(one.device_token for one in simulator.received) == sorted([*tokens, GONE])
        gateway.clients.unregistered.close()  # what was noted is on the disk
        handed_out = (await gateway.call("unregisteredDevices", clear="true")).json
        (device,) = handed_out["devices"]
        assert (device["deviceToken"], device["reason"]) == (GONE, "Unregistered")
        assert device["topic"] == "com.example.app"
        assert (await gateway.call("unregisteredDevices")).json["devices"] == []

    run(scenario)


def test_what_any_operation_hears_of_a_device_that_is_gone_is_noted(run):
    async def scenario(gateway, simulator):
        for operation, parameters in (
            ("dispatchToDevice", {"alert": "Hello"}),
            ("dispatchLiveActivity", {"event": "end"}),
        ):
            with pytest.raises(MediationError):
                await gateway.call(operation, deviceToken=GONE, **parameters)
        gateway.clients.unregistered.close()
        found = (await gateway.call("unregisteredDevices")).json["devices"]
        assert [device["topic"] for device in found] == [
            "com.example.app",
            "com.example.app.push-type.liveactivity",
        ]

    run(scenario)


def test_a_channel_is_created_read_published_to_listed_and_deleted(run):
    async def scenario(gateway, simulator):
        created = await gateway.call("createChannel", storagePolicy="MOST_RECENT")
        channel = created.json["channelId"]
        read = await gateway.call("readChannel", channelId=channel)
        assert read.json["storagePolicy"] == "MOST_RECENT"
        sent = await gateway.call(
            "dispatchToChannel", channelId=channel, event="update", contentState=' {"home": 1}'
        )
        assert sent.json["success"] is True
        assert simulator.received[-1].path == "/4/broadcasts/apps/com.example.app"
        assert (await gateway.call("listChannels")).json["channelIds"] == [channel]
        await gateway.call("deleteChannel", channelId=channel)
        assert (await gateway.call("listChannels")).json == {
            "success": True,
            "count": 0,
            "channelIds": [],
        }

    run(scenario)


def test_a_channel_that_is_not_there_is_told_by_apples_reason(run):
    async def scenario(gateway, simulator):
        for operation, reason in (("readChannel", "BadChannelId"), ("deleteChannel", "BadPath")):
            with pytest.raises(MediationError) as caught:
                await gateway.call(operation, channelId="bm8gY2hhbm5lbA==")
            assert reason in caught.value.detail

    run(scenario)


def test_a_timeout_of_the_init_ends_a_silent_call(run):
    async def scenario(gateway, simulator):
        silent = "bad24000" + "0" * 56
        with pytest.raises(MediationError) as caught:
            await gateway.call(
                "dispatchToDevice", {**KEY, "timeout": "0.3"}, deviceToken=silent, alert="Hello"
            )
        assert caught.value.code == "APNS_000004"

    run(scenario)


def test_no_log_line_has_a_secret_or_a_whole_device_token(run, caplog):
    caplog.set_level("DEBUG", "apns_connector")
    told = []

    async def scenario(gateway, simulator):
        for operation, parameters in (
            ("dispatchToDevice", {"deviceToken": GONE, "alert": "Hello"}),
            ("dispatchToDevices", {"deviceTokens": f"{TOKEN} {GONE}", "alert": "Hello"}),
            ("dispatchToDevices", {"deviceTokens": GONE, "alert": "Hello"}),
        ):
            try:
                await gateway.call(operation, **parameters)
            except MediationError as error:
                told.append(f"{error} {error.detail}")

    run(scenario)
    assert len(told) == 2
    assert GONE[-8:] in caplog.text
    for secret in (TOKEN, GONE, "PRIVATE KEY", "bearer", "eyJ"):
        assert secret not in caplog.text + "".join(told)
