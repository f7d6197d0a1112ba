"""Arguments and parameters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apns_connector.inspection.parameters import inspect_parameters
from apns_connector.mediation.configuration import Configuration

Build = Callable[..., Configuration]
TEMPLATE = (
    "<template name='T'><parameter name='who' isMandatory='true'/>"
    "<parameter name='how' isMandatory='true' defaultValue='x'/><sequence/></template>"
)


def found(configuration: Configuration) -> list[str]:
    return [str(finding) for finding in inspect_parameters(configuration)]


def test_a_child_that_is_no_parameter_is_an_error_with_its_line(build: Build) -> None:
    configuration = build(
        "<sequence name='S'><apns.dispatchToDevice>\n<devicetoken>x</devicetoken>\n"
        "<colour>x</colour></apns.dispatchToDevice></sequence>"
    )
    first, second = found(configuration)
    assert first == (
        "synapse.xml:3: error: 'devicetoken' is no parameter of <apns.dispatchToDevice>: "
        "'deviceToken' is meant, perhaps"
    )
    assert second.startswith(
        "synapse.xml:4: error: 'colour' is no parameter of <apns.dispatchToDevice>: it takes device"
    )


def test_parameters_that_there_are_are_fine(build: Build) -> None:
    configuration = build(
        f"{TEMPLATE}<sequence name='S'><apns.dispatchToDevice><alert>x</alert>"
        "</apns.dispatchToDevice><call-template target='T'><with-param name='who' value='x'/>"
        "</call-template></sequence>"
    )
    assert found(configuration) == []


def test_what_newer_tools_write_into_every_call_is_fine(build: Build) -> None:
    configuration = build(
        "<localEntry key='L'><apns.init><connectionType>C</connectionType><name>L</name>"
        "</apns.init></localEntry><sequence name='S'><apns.dispatchToDevice>"
        "<responseVariable>r</responseVariable><overwriteBody>false</overwriteBody>"
        "</apns.dispatchToDevice></sequence>"
    )
    assert found(configuration) == []


def test_a_parameter_that_is_given_twice_is_a_warning_at_each(build: Build) -> None:
    configuration = build(
        "<sequence name='S'><apns.dispatchToDevice><alert>x</alert>\n<alert>y</alert>"
        "</apns.dispatchToDevice></sequence>"
    )
    assert found(configuration) == [
        "synapse.xml:2: warning: 'alert' is given 2 times: the last one counts",
        "synapse.xml:3: warning: 'alert' is given 2 times: the last one counts",
    ]


@pytest.mark.parametrize(
    ("call", "texts"),
    [
        ("<call-template target='T'/>", ["<call-template> needs the parameter 'who'"]),
        (
            "<call-template target='T'><with-param name='Who' value='x'/></call-template>",
            [
                "'Who' is no parameter of <call-template>: 'who' is meant, perhaps",
                "<call-template> needs the parameter 'who'",
            ],
        ),
        ("<call-template target='none'><with-param name='x' value='x'/></call-template>", []),
    ],
)
def test_templates_are_called_with_what_they_declare(
    build: Build, call: str, texts: list[str]
) -> None:
    configuration = build(f"{TEMPLATE}<sequence name='S'>{call}</sequence>")
    assert [line.partition(": error: ")[2] for line in found(configuration)] == texts


def test_a_template_without_parameters_says_so(build: Build) -> None:
    configuration = build(
        "<template name='N'><sequence/></template><sequence name='S'><call-template target='N'>"
        "<with-param name='x' value='x'/></call-template></sequence>"
    )
    assert found(configuration)[0].endswith("'x' is no parameter of <call-template>: it takes none")
