"""<call-template>"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import InvalidDeployment
from apns_connector.mediation.library import Library

Mediate = Callable[..., Any]
SHOW = "<property name='shown' expression='$func:p'/>"


def test_a_template_of_the_deployment_is_called(mediate: Mediate) -> None:
    ran = mediate(
        "<call-template target='t'><with-param name='p' value='1'/><with-param name='q' value=''/>"
        "</call-template>",
        definitions="<template name='t'><parameter name='p'/>"
        f"<sequence>{SHOW}</sequence></template>",
    )
    assert ran.properties == {"shown": "1"}


def test_an_operation_of_a_connector_is_called_by_its_qualified_name(
    mediate: Mediate, library: Callable[..., Library], build: Any
) -> None:
    ran = mediate(
        "<call-template target='org.wso2.carbon.connector.apns.push'>"
        "<with-param name='p' value='1'/></call-template>",
        libraries=[library({"push": build.template("push", "p", SHOW)})],
    )
    assert ran.properties == {"shown": "1"}


@pytest.mark.parametrize(
    "content",
    ["<call-template/>", "<call-template target='t'><with-param value='1'/></call-template>"],
)
def test_what_has_no_name_is_refused(mediate: Mediate, content: str) -> None:
    with pytest.raises(InvalidDeployment, match="needs the attribute"):
        mediate(content, definitions="<template name='t'><sequence/></template>")
