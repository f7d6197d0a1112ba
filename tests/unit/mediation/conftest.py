"""Builders that the tests of mediation share."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from apns_connector.mediation import xml
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.endpoints.transport import OutboundReply, OutboundRequest
from apns_connector.mediation.expression import Expression, compile_expression
from apns_connector.mediation.library import Library, read_library
from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion, new_envelope

SYNAPSE = "http://ws.apache.org/ns/synapse"
APNS = "urn:org.wso2.carbon.connector.apns"
CONFIGS = "synapse-configs/default"


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write_zip(file: Path, files: Mapping[str, str]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def library_files(
    templates: Mapping[str, str],
    *,
    name: str = "apns",
    component: str = "config",
    folder: str = "apns_config",
) -> dict[str, str]:
    """The files of a connector; ``templates`` by file name, as the inside of <template>."""
    parts = "".join(
        f"<component name='{file}'><file>{file}.xml</file></component>" for file in templates
    )
    return {
        "connector.xml": f"<connector><component name='{name}' package='org.wso2.carbon.connector'>"
        f"<dependency component='{component}'/></component></connector>",
        f"{folder}/component.xml": f"<component name='{component}' type='synapse/template'>"
        f"<subComponents>{parts}</subComponents></component>",
        **{f"{folder}/{file}.xml": content for file, content in templates.items()},
    }


def template(name: str, parameters: str, body: str, attributes: str = "") -> str:
    declared = "".join(f"<parameter name='{parameter}'/>" for parameter in parameters.split())
    return (
        f"<template xmlns='{SYNAPSE}' name='{name}' {attributes}>{declared}"
        f"<sequence>{body}</sequence></template>"
    )


class Recorder:
    """A class mediator that notes what it saw, and goes on or not."""

    goes_on = True
    label = ""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    async def mediate(self, message: Message) -> bool:
        self.seen.append(dict(message.properties.default))
        return self.goes_on


class Failing:
    """A class mediator that fails."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def mediate(self, message: Message) -> bool:
        raise self._fault


class Backend:
    """A transport that keeps the requests and gives, one after the other, what it was told to:
    a reply, or a failure that is raised. The last one it gives again and again."""

    def __init__(self, *answers: OutboundReply | Exception) -> None:
        self.answers = list(answers) or [OutboundReply(202)]
        self.requests: list[OutboundRequest] = []

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def urls(self) -> list[str]:
        return [request.url for request in self.requests]

    @staticmethod
    def reply(body: str = "", content_type: str = "text/xml", status: int = 200) -> OutboundReply:
        return OutboundReply(status, (("Content-Type", content_type),), body.encode(), "Said so")

    @classmethod
    def soap(cls, payload: str = "<answer/>", **arguments: Any) -> OutboundReply:
        """A reply with this payload in a SOAP 1.1 envelope."""
        envelope = f"<e:Envelope xmlns:e='{xml.SOAP11}'><e:Body>{payload}</e:Body></e:Envelope>"
        return cls.reply(envelope, **arguments)

    @classmethod
    def fault(cls, code: str = "e:Server") -> OutboundReply:
        fault = f"<faultcode>{code}</faultcode><faultstring>no</faultstring>"
        return cls.soap(f"<e:Fault>{fault}<detail>why</detail></e:Fault>", status=500)


@dataclass
class Ran:
    """What a flow left behind."""

    message: Message
    result: bool

    @property
    def properties(self) -> dict[str, Any]:
        return self.message.properties.default

    @property
    def response(self) -> Message | None:
        return self.message.exchange.response


@pytest.fixture
def build() -> Any:
    """The plain builder functions, for tests that need one of them."""

    class Builders:
        files = staticmethod(write_files)
        zip = staticmethod(write_zip)
        library_files = staticmethod(library_files)
        template = staticmethod(template)
        recorder = Recorder
        backend = Backend
        failing = Failing
        synapse = SYNAPSE
        apns = APNS
        configs = CONFIGS

    return Builders


@pytest.fixture
def deploy(tmp_path: Path) -> Callable[..., Configuration]:
    """Reads a deployment made of ``definitions`` (inside of synapse.xml) and further files."""

    def read(
        definitions: str = "", files: Mapping[str, str | bytes] | None = None, **arguments: Any
    ) -> Configuration:
        root = f"<definitions xmlns='{SYNAPSE}'>\n{definitions}\n</definitions>"
        write_files(tmp_path, {f"{CONFIGS}/synapse.xml": root, **(files or {})})
        return read_deployment(tmp_path, classes=arguments.pop("classes", {}), **arguments)

    return read


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., Library]:
    """A library made of templates, by file name."""

    def make(templates: Mapping[str, str], **names: str) -> Library:
        folder = tmp_path / "library"
        return read_library(write_files(folder, library_files(templates, **names)))

    return make


@pytest.fixture
def new_message(deploy: Callable[..., Configuration]) -> Callable[..., Message]:
    """A message around a payload, in SOAP 1.1 unless said otherwise."""

    def make(
        payload: str = "<request/>",
        *,
        version: SoapVersion = SoapVersion.SOAP11,
        header: str = "",
        configuration: Configuration | None = None,
        **values: Any,
    ) -> Message:
        envelope = new_envelope(version, xml.parse(payload.encode()) if payload else None)
        if header:
            block = f"<s:Header xmlns:s='{version.namespace}'>{header}</s:Header>"
            envelope.insert(0, xml.parse(block.encode()))
        return Message.from_envelope(envelope, configuration=configuration or deploy(), **values)

    return make


@pytest.fixture
def evaluate(new_message: Callable[..., Message]) -> Callable[..., Any]:
    """Compiles an expression, the prefix ``a`` bound to ``urn:a``, and calls a method of it."""

    def compiled(source: str, message: Message | None = None, how: str = "text") -> Any:
        expression: Expression = compile_expression(source, {"a": "urn:a"})
        return getattr(expression, how)(message or new_message())

    return compiled


@pytest.fixture
def mediate(
    deploy: Callable[..., Configuration], new_message: Callable[..., Message]
) -> Callable[..., Ran]:
    """Runs mediators, written as XML, as the sequence of a fresh deployment."""

    def run(
        mediators: str,
        *,
        transport: Backend | None = None,
        definitions: str = "",
        files: Mapping[str, str | bytes] | None = None,
        payload: str = "<request/>",
        values: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
        json: Any = None,
        **arguments: Any,
    ) -> Ran:
        tested = f"<sequence name='tested' xmlns:a='urn:a'>{mediators}</sequence>"
        configuration = deploy(definitions + tested, files, **arguments)
        if transport is not None:
            configuration.transport = transport
        sent = new_message(payload, configuration=configuration, **(values or {}))
        if json is not None:
            sent.replace_json(json)
        for name, value in (properties or {}).items():
            sent.properties.set(name, value)
        sequence = configuration.sequence("tested")
        assert sequence is not None
        return Ran(sent, asyncio.run(sequence.mediate(sent)))

    return run
