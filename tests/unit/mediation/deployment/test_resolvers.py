"""Values from outside of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apns_connector.errors import ConfigurationError, InvalidDeployment
from apns_connector.mediation.configuration import Configuration
from apns_connector.mediation.deployment.resolvers import Resolvers

RESOLVERS = Resolvers(
    {"HOST": "h", "url": "from-variable", "APNS_CONNECTOR_MASTER_KEY": "secret"},
    {"port": "1"},
    {"url": "from-file", "name": "n"},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$SYSTEM:HOST", "h"),
        ("$FILE:port", "1"),
        ("${configs.name}", "n"),
        ("${configs.url}", "from-variable"),
        (" $FILE:port ", "1"),
        ("plain", "plain"),
        ("http://$SYSTEM:HOST", "http://$SYSTEM:HOST"),
        ("${configs.name}/x", "${configs.name}/x"),
        ("$ctx:x", "$ctx:x"),
    ],
)
def test_a_value_that_is_a_marker_is_replaced_and_every_other_kept(text: str, value: str) -> None:
    assert RESOLVERS.resolve(text) == value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("$SYSTEM:NONE", "no environment variable sets 'NONE'"),
        ("$FILE:none", "no line of file.properties sets 'none'"),
        ("${configs.none}", "neither an environment variable nor config.properties sets 'none'"),
        ("$CUSTOM_x:y", "custom resolvers are Java"),
        ("$SYSTEM:APNS_CONNECTOR_MASTER_KEY", "no environment variable"),
        ("${configs.APNS_CONNECTOR_MASTER_KEY}", "neither"),
    ],
)
def test_a_marker_without_a_value_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        RESOLVERS.resolve(text)


Deploy = Callable[..., Configuration]


def test_a_proxy_takes_its_parameters_from_outside(deploy: Deploy) -> None:
    proxy = (
        "<proxy name='P'><target><inSequence/></target>"
        "<parameter name='a'>$SYSTEM:A</parameter><parameter name='b'>$FILE:b</parameter>"
        "<parameter name='c'>${configs.c}</parameter></proxy>"
    )
    files = {"conf/file.properties": "b=2\n", "conf/config.properties": "c=3\nd:string\n"}
    configuration = deploy(proxy, files, environment={"A": "1"})
    assert configuration.proxies["P"].parameters == {"a": "1", "b": "2", "c": "3"}
    assert "d" not in configuration.configs


def test_a_parameter_without_a_value_is_a_problem_with_its_line(deploy: Deploy, build: Any) -> None:
    with pytest.raises(InvalidDeployment) as invalid:
        deploy(
            "<proxy name='P'><target><inSequence/></target>\n"
            "<parameter name='a'>$SYSTEM:A</parameter></proxy>"
        )
    assert [problem.line for problem in invalid.value.problems] == [3]
