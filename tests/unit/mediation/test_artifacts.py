"""Looking things up in a deployment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, RegistryError
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.library import Library
from apns_connector.mediation.registry import Registry
from apns_connector.mediation.template_call import TemplateCall

Deploy = Callable[..., Configuration]


def test_what_is_not_there_is_none(deploy: Deploy) -> None:
    configuration = deploy()
    assert configuration.sequence("none") is None
    assert configuration.template("none") is None
    assert configuration.connection("none") is None
    assert configuration.local_entry("none") is None
    assert configuration.element("none") is None


def test_a_local_entry_with_a_sequence_in_it_serves_as_that_sequence(deploy: Deploy) -> None:
    configuration = deploy("<localEntry key='L'><sequence><drop/></sequence></localEntry>")
    sequence = configuration.sequence("L")
    assert sequence is not None
    assert len(sequence.steps) == 1
    assert configuration.sequence("L") is sequence


def test_a_local_entry_with_a_template_in_it_serves_as_that_template(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='L'><template name='T'><sequence/></template></localEntry>"
    )
    template = configuration.template("L")
    assert template is not None
    assert template.name == "T"


def test_a_registry_resource_serves_as_sequence_and_template(deploy: Deploy, build: Any) -> None:
    configuration = deploy(
        "",
        {
            "registry/config/s.xml": f"<sequence xmlns='{build.synapse}'/>",
            "registry/config/t.xml": build.template("T", "", ""),
        },
    )
    assert configuration.sequence("conf:/s.xml") is configuration.sequence("conf:s.xml")
    assert configuration.sequence("conf:/s.xml") is not None
    assert configuration.template("conf:/t.xml") is not None
    assert configuration.template("conf:/s.xml") is None


@pytest.mark.parametrize(("cache_seconds", "names"), [(0, ["T", "U"]), (60, ["T", "T"])])
def test_what_a_key_leads_to_is_believed_as_long_as_the_registry_believes_its_file(
    deploy: Deploy, build: Any, tmp_path: Path, cache_seconds: float, names: list[str]
) -> None:
    file = "registry/config/t.xml"
    configuration = deploy("", {file: build.template("T", "", "")})
    configuration.registry = Registry(tmp_path / "registry", cache_seconds=cache_seconds)
    found = [configuration.template("conf:/t.xml")]
    build.files(tmp_path, {file: build.template("U", "p", "")})
    found.append(configuration.template("conf:/t.xml"))
    assert [template and template.name for template in found] == names


def test_a_local_entry_hides_a_registry_resource_of_the_same_key(
    deploy: Deploy, build: Any
) -> None:
    configuration = deploy(
        "<localEntry key='conf:/s.xml'>text</localEntry>",
        {"registry/config/s.xml": f"<sequence xmlns='{build.synapse}'/>"},
    )
    assert configuration.sequence("conf:/s.xml") is None


def test_a_connection_is_the_call_in_a_local_entry(
    deploy: Deploy, library: Callable[..., Library], build: Any
) -> None:
    configuration = deploy(
        "<localEntry key='C'><apns.init/></localEntry>",
        libraries=[library({"init": build.template("init", "", "")})],
    )
    connection = configuration.connection("C")
    assert isinstance(connection, TemplateCall)
    assert connection.target == "org.wso2.carbon.connector.apns.init"
    assert configuration.connection("C") is connection


def test_a_connection_that_is_wrong_is_told_with_its_place(deploy: Deploy) -> None:
    configuration = deploy("<localEntry key='C'>\n<nonsense/></localEntry>")
    with pytest.raises(ConfigurationError, match="Unknown mediator") as refused:
        configuration.connection("C")
    assert refused.value.line == 3


def test_a_key_that_leads_out_of_the_registry_is_refused(deploy: Deploy) -> None:
    with pytest.raises(RegistryError):
        deploy("", {"registry/governance/x": ""}).sequence("gov:/../../x")


def test_a_template_of_the_deployment_comes_before_that_of_a_library(
    deploy: Deploy, library: Callable[..., Library], build: Any
) -> None:
    name = "org.wso2.carbon.connector.apns.push"
    apns = library({"push": build.template("push", "", "")})
    of_library = deploy(libraries=[apns]).template(name)
    assert of_library is not None
    assert of_library.name == "push"
    own = deploy(f"<template name='{name}'><sequence/></template>", libraries=[apns]).template(name)
    assert own is not None
    assert own.name == name


def test_an_entry_is_text_or_xml_of_a_local_entry_or_else_a_resource(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='T'>text</localEntry><localEntry key='gov:/a.txt'>mine</localEntry>",
        {"registry/governance/a.txt": "theirs", "registry/governance/b.txt": "b"},
    )
    assert configuration.entry("T") == "text"
    assert configuration.entry("gov:/a.txt") == "mine"
    assert configuration.entry("gov:/b.txt") == "b"
    assert configuration.entry("none") is None


def test_documents_are_the_definitions_and_what_was_built_on_the_fly(
    deploy: Deploy, build: Any
) -> None:
    configuration = deploy(
        "<sequence name='S'><sequence key='gov:/s.xml'/></sequence>",
        {"registry/governance/s.xml": f"<sequence xmlns='{build.synapse}'/>"},
    )
    assert [document.file for document in configuration.documents()] == [
        f"{build.configs}/synapse.xml",
        "registry/governance/s.xml",
    ]
