"""Writes deployments as their users do, and sends messages through them."""

from __future__ import annotations

import asyncio
import http.client
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from apns_connector.gateway.app import Gateway
from apns_connector.gateway.server import Server
from apns_connector.mediation.bodies.building import build_message
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Message

SYNAPSE = "http://ws.apache.org/ns/synapse"
CONFIGS = "synapse-configs/default"
SHOW = "<property name='shown' expression='$func:p'/>"  # what the parameter p of a template is


def deploy(
    folder: Path, definitions: str, files: Mapping[str, str | bytes] | None = None
) -> Configuration:
    """Reads a deployment with these definitions in its synapse.xml, and further files."""
    root = f"<definitions xmlns='{SYNAPSE}'>{definitions}</definitions>"
    for name, content in {f"{CONFIGS}/synapse.xml": root, **(files or {})}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_deployment(folder, classes={})


def template(name: str, body: str, parameters: str = "p") -> str:
    """The file of a sequence template with these parameters."""
    declared = "".join(f"<parameter name='{parameter}'/>" for parameter in parameters.split())
    return (
        f"<template xmlns='{SYNAPSE}' name='{name}'>{declared}"
        f"<sequence>{body}</sequence></template>"
    )


def connector(
    templates: Mapping[str, str],
    *,
    folder: str = "messages",
    component: str = "messages",
    dependency: str = "messages",
    status: str = "enabled",
) -> dict[str, str | bytes]:
    """The files by which a deployment has the connector ``notes``: its archive, with templates by
    file name, and the import."""
    parts = "".join(f"<component name='x'><file>{file}</file></component>" for file in templates)
    archive = {
        "connector.xml": "<connector><component name='notes' package='org.example'>"
        f"<dependency component='{dependency}'/></component></connector>",
        f"{folder}/component.xml": f"<component name='{component}' type='synapse/template'>"
        f"<subComponents>{parts}</subComponents></component>",
        **{f"{folder}/{file}": content for file, content in templates.items()},
    }
    return {
        "synapse-libs/any-name.zip": _zipped(archive),
        f"{CONFIGS}/imports/notes.xml": f"<import xmlns='{SYNAPSE}' name='notes' "
        f"package='org.example' status='{status}'/>",
    }


def _zipped(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@dataclass
class Ran:
    """What the sequence ``tested`` left behind; ``went_on``: its result."""

    message: Message
    went_on: bool

    @property
    def properties(self) -> dict[str, Any]:
        return self.message.properties.default

    @property
    def shown(self) -> Any:
        """The property of that name; ``None`` when it is not set."""
        return self.properties.get("shown")


def mediate(
    configuration: Configuration,
    body: str = "<request/>",
    content_type: str = "application/xml",
    properties: Mapping[str, Any] | None = None,
) -> Ran:
    """Runs the sequence ``tested`` for a message with that body."""
    message = build_message(content_type, body.encode(), configuration=configuration).message
    for name, value in (properties or {}).items():
        message.properties.set(name, value)
    sequence = configuration.sequence("tested")
    assert sequence is not None
    return Ran(message, asyncio.run(sequence.mediate(message)))


@dataclass(frozen=True)
class Request:
    body: str = "<request/>"
    content_type: str = "application/xml"
    path: str = "/services/P"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)


def ask(configuration: Configuration, *requests: Request) -> list[Answer]:
    """What a gateway on a loopback socket answers, one after the other."""

    async def conversation() -> list[Answer]:
        server = Server(Gateway(configuration))
        await server.start("127.0.0.1", 0)
        try:
            return [await asyncio.to_thread(_post, server.port, each) for each in requests]
        finally:
            await server.stop()

    return asyncio.run(conversation())


def _post(port: int, request: Request) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Content-Type": request.content_type, "Connection": "close"}
        connection.request("POST", request.path, request.body.encode(), headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()
