"""Reading a deployment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.artifacts import LocalEntry
from apns_connector.mediation.configuration import (
    NOT_SUPPORTED_ARTIFACTS,
    Configuration,
    enabled_libraries,
    read_deployment,
)
from apns_connector.mediation.library import Import, Library, read_library

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
            "<sequence name='S'>\n<call/>\n<nonsense/>\n<property name='x'/>\n</sequence>",
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
            f"{file}:3: the mediator <call> is not supported yet",
            f"{file}:4: Unknown mediator referenced by configuration element : "
            f"{{{build.synapse}}}nonsense",
            f"{file}:5: <property name='x'> needs the attribute 'value' or 'expression'",
        ]
    )


@pytest.mark.parametrize("kind", NOT_SUPPORTED_ARTIFACTS)
def test_artifacts_that_are_not_supported_are_never_called_unknown(
    deploy: Deploy, kind: str
) -> None:
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(f"<{kind} name='N'/>")
    assert problems_of(invalid) == [
        f"synapse-configs/default/synapse.xml:2: <{kind}> is not supported yet"
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
    with pytest.raises(InvalidDeployment, match="no such folder"):
        read_deployment(tmp_path / "none", classes={})


# ---- local entries -------------------------------------------------------------------------------


def test_the_text_of_a_local_entry_is_trimmed_and_its_description_left_out(
    deploy: Deploy,
) -> None:
    configuration = deploy("<localEntry key='L'>\n<description>x</description> text </localEntry>")
    assert configuration.local_entry("L") == "text"


def test_a_local_entry_holds_an_element(deploy: Deploy) -> None:
    entry = deploy("<localEntry key='L'><x xmlns=''>1</x></localEntry>").names["L"]
    assert isinstance(entry, LocalEntry)
    assert not isinstance(entry.value, str)
    assert entry.value.tag == "x"


def test_a_local_entry_may_be_a_file_of_the_deployment(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='X' src='file:entries/x.xml'/><localEntry key='T' src='entries/t.txt'/>",
        {"entries/x.xml": "<x/>", "entries/t.txt": " text\n"},
    )
    found = configuration.local_entry("X")
    assert found is not None
    assert not isinstance(found, str)
    assert found.tag == "x"
    assert configuration.local_entry("T") == "text"


@pytest.mark.parametrize("source", ["file:../x", "/etc/passwd", "http://example.com/x"])
def test_a_local_entry_from_outside_the_deployment_is_refused(deploy: Deploy, source: str) -> None:
    with pytest.raises(InvalidDeployment, match="not inside the deployment"):
        deploy(f"<localEntry key='L' src='{source}'/>")


def test_a_local_entry_without_key_is_refused(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="'key'"):
        deploy("<localEntry>v</localEntry>")


# ---- libraries -----------------------------------------------------------------------------------


def named_library(file: str, name: str = "apns") -> Library:
    return Library(name, "p", file, {}, {})


@pytest.mark.parametrize(
    ("archives", "given", "imports", "enabled"),
    [
        ([], ["given"], [], ["given"]),
        ([], ["given"], [False], []),
        ([], ["given"], [True], ["given"]),
        (["archive"], [], [], []),
        (["archive"], [], [True], ["archive"]),
        (["archive"], [], [False], []),
        (["archive"], ["given"], [], ["archive"]),
        (["archive"], ["given"], [False], []),
    ],
)
def test_which_libraries_are_in_force(
    archives: list[str], given: list[str], imports: list[bool], enabled: list[str]
) -> None:
    chosen = enabled_libraries(
        [named_library(file) for file in archives],
        [named_library(file) for file in given],
        [Import("apns", "p", state) for state in imports],
    )
    assert [library.file for library in chosen] == enabled


def test_an_archive_of_the_deployment_is_loaded_by_its_import(
    deploy: Deploy, build: Any, tmp_path: Path
) -> None:
    files = build.library_files({"push": build.template("push", "", "")})
    build.zip(tmp_path / "synapse-libs/apns.zip", files)
    import_file = f"{build.configs}/imports/{{org.wso2.carbon.connector}}apns.xml"
    configuration = deploy(
        "<sequence name='S'><apns.push/></sequence>",
        {
            import_file: f"<import xmlns='{build.synapse}' name='apns' "
            "package='org.wso2.carbon.connector' status='enabled'/>"
        },
    )
    assert configuration.template("org.wso2.carbon.connector.apns.push") is not None


def test_without_its_import_an_archive_is_not_loaded(
    deploy: Deploy, build: Any, tmp_path: Path
) -> None:
    files = build.library_files({"push": build.template("push", "", "")})
    build.zip(tmp_path / "synapse-libs/apns.zip", files)
    with pytest.raises(InvalidDeployment, match="Unknown mediator"):
        deploy("<sequence name='S'><apns.push/></sequence>")


def test_a_broken_archive_is_a_problem(deploy: Deploy, build: Any) -> None:
    with pytest.raises(InvalidDeployment, match="cannot be read"):
        deploy("", {"synapse-libs/a.zip": "no archive"})


def test_an_import_needs_name_and_package(deploy: Deploy) -> None:
    with pytest.raises(InvalidDeployment, match="'name' and 'package'"):
        deploy("<import name='apns'/>")


def test_local_entries_of_a_library_are_found_under_its_name(
    deploy: Deploy, build: Any, tmp_path: Path
) -> None:
    files = build.library_files({"push": build.template("push", "", "")})
    entry = f"<localEntry xmlns='{build.synapse}' key='K'>v</localEntry>"
    files["local-entries/x.xml"] = entry
    library = read_library(build.zip(tmp_path / "apns.zip", files))
    assert deploy(libraries=[library]).local_entry("apns.K") == "v"
    with pytest.raises(InvalidDeployment, match=r"Duplicate localEntry definition.*apns\.K"):
        deploy("<localEntry key='apns.K'>w</localEntry>", libraries=[library])
