"""Reading a deployment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, InvalidDeployment
from apns_connector.mediation.configuration import (
    NOT_SUPPORTED_ARTIFACTS,
    Configuration,
    read_deployment,
)
from apns_connector.mediation.mediators import NOT_SUPPORTED

Deploy = Callable[..., Configuration]


def problems_of(invalid: pytest.ExceptionInfo[InvalidDeployment]) -> list[str]:
    return [str(problem) for problem in invalid.value.problems]


def test_an_empty_deployment_has_the_built_in_sequences(deploy: Deploy) -> None:
    assert set(deploy().names) == {"main", "fault"}


def test_a_deployment_may_define_the_built_in_ones_itself(deploy: Deploy) -> None:
    sequence = deploy("<sequence name='main'><respond/></sequence>").sequence("main")
    assert sequence is not None
    assert len(sequence.steps) == 1


def test_each_folder_holds_its_kind_of_artifact(deploy: Deploy, build: Any) -> None:
    space = f"xmlns='{build.synapse}'"
    configuration = deploy(
        "",
        {
            f"{build.configs}/sequences/a.xml": f"<sequence {space} name='S'/>",
            f"{build.configs}/templates/a.xml": build.template("T", "", ""),
            f"{build.configs}/local-entries/a.xml": f"<localEntry {space} key='L'>v</localEntry>",
            f"{build.configs}/proxy-services/a.xml": f"<proxy {space} name='P'>"
            "<target><inSequence/></target></proxy>",
            f"{build.configs}/sequences/readme.txt": "not read",
            f"{build.configs}/sequences/deeper/b.xml": "<not-read/>",
        },
    )
    assert configuration.sequence("S") is not None
    assert configuration.template("T") is not None
    assert configuration.local_entry("L") == "v"
    assert list(configuration.proxies) == ["P"]


def test_all_problems_are_told_at_once_each_with_file_and_line(deploy: Deploy, build: Any) -> None:
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(
            "<sequence name='S'>\n<ejb/>\n<nonsense/>\n<property name='x'/>\n</sequence>",
            {
                f"{build.configs}/sequences/broken.xml": "<sequence>\n",
                f"{build.configs}/sequences/wrong.xml": "<proxy/>",
            },
        )
    file = f"{build.configs}/synapse.xml"
    assert sorted(problems_of(invalid)) == sorted(
        [
            f"{build.configs}/sequences/broken.xml:2: The document is not well-formed: "
            "Premature end of data in tag sequence line 1",
            f"{build.configs}/sequences/wrong.xml:1: a <sequence> in the namespace "
            f"{build.synapse} is expected here, not <proxy>",
            f"{file}:3: the mediator <ejb> is not supported: {NOT_SUPPORTED['ejb']}",
            f"{file}:4: Unknown mediator referenced by configuration element : "
            f"{{{build.synapse}}}nonsense",
            f"{file}:5: <property name='x'> needs the attribute 'value' or 'expression'",
        ]
    )


@pytest.mark.parametrize("kind", sorted(NOT_SUPPORTED_ARTIFACTS))
def test_artifacts_that_are_not_supported_are_never_called_unknown(
    deploy: Deploy, kind: str
) -> None:
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(f"<{kind} name='N'/>")
    assert problems_of(invalid) == [
        f"synapse-configs/default/synapse.xml:2: <{kind}> is not supported: "
        f"{NOT_SUPPORTED_ARTIFACTS[kind]}"
    ]


def test_an_artifact_that_synapse_does_not_know_is_refused(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="nothing that a deployment holds"):
        deploy("<nonsense/>")
    with pytest.raises(InvalidDeployment, match="nothing that a deployment holds"):
        deploy("<registry xmlns='urn:other'/>")


def test_the_registry_and_the_task_manager_are_accepted(deploy: Deploy) -> None:
    deploy("<registry provider='x'/><taskManager provider='y'/><description>z</description>")


@pytest.mark.parametrize(
    ("definitions", "complaint"),
    [
        ("<sequence name='N'/><sequence name='N'/>", "Duplicate sequence definition for key : N"),
        ("<localEntry key='N'>v</localEntry><sequence name='N'/>", "Duplicate sequence"),
        (
            "<sequence name='N'/><template name='N'><sequence/></template>",
            "Duplicate template definition for key : N",
        ),
        (
            "<proxy name='N'><target><inSequence/></target></proxy>" * 2,
            "Duplicate proxy definition for key : N",
        ),
    ],
)
def test_a_name_is_given_once(deploy: Deploy, definitions: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        deploy(definitions)


def test_a_proxy_may_have_the_name_of_a_sequence(deploy: Deploy) -> None:
    deploy("<sequence name='N'/><proxy name='N'><target inSequence='N'/></proxy>")


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_deployment(tmp_path / "none", classes={})
