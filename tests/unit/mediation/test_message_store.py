"""Message stores as they are written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apns_connector.delivery.store_parameters import CLASS_NAMES, address_of
from apns_connector.errors import ConfigurationError, InvalidDeployment
from apns_connector.mediation.configuration import Configuration, read_deployment
from apns_connector.mediation.message import Message
from apns_connector.mediation.message_store import ORDERING_EXPRESSION, MessageStoreDefinition
from apns_connector.mediation.vault import Vault

Deploy = Callable[..., Configuration]
COST = 2


@pytest.fixture
def store(deploy: Deploy) -> Callable[..., MessageStoreDefinition]:
    """The store S of a deployment, with these parameters."""

    def read(parameters: str = "", attributes: str = "", **arguments: Any) -> Any:
        content = message_store(parameters).replace(">", f" {attributes}>", 1)
        return deploy(content, **arguments).stores["S"]

    return read


def parameter(name: str, text: str = "", attributes: str = "") -> str:
    return f"<parameter name='{name}' {attributes}>{text}</parameter>"


def message_store(content: str = "", name: str = "S") -> str:
    return f"<messageStore name='{name}'>{content}</messageStore>"


def test_a_store_has_a_name_a_class_a_place_and_parameters(store: Any) -> None:
    found = store(parameter("store.jdbc.table", " t "), "class='org.example.Store'")
    assert (found.name, found.class_name, found.line) == ("S", "org.example.Store", 2)
    assert found.file == "synapse-configs/default/synapse.xml"
    assert found.parameters == {"store.jdbc.table": "t"}
    assert not found.in_memory


@pytest.mark.parametrize(
    "attributes", ["", "class='org.apache.synapse.message.store.impl.memory.InMemoryStore'"]
)
def test_a_store_without_a_class_is_in_memory(store: Any, attributes: str) -> None:
    assert store(attributes=attributes).in_memory


def test_values_from_elsewhere_are_filled_in(store: Any) -> None:
    found = store(parameter("a", "$SYSTEM:URL"), environment={"URL": "sqlite:x"})
    assert found.parameters == {"a": "sqlite:x"}


def test_secrets_are_looked_up_when_they_are_used_and_not_before(
    deploy: Deploy, tmp_path: Path
) -> None:
    url = "postgresql://u:{wso2:vault-lookup('pw')}@h/d"
    content = parameter("url", url) + parameter("p", "${wso2-vault('pw')}")
    vault = Vault.create(tmp_path, "master", cost=COST)
    configuration = deploy(message_store(content), vault=vault)
    found = configuration.stores["S"]
    assert found.parameters["url"] == url
    vault.put("pw", "tiger")
    expected = {"url": "postgresql://u:tiger@h/d", "p": "tiger"}
    assert found.resolved(configuration) == expected
    assert "vault" not in repr(found)


def test_a_secret_that_is_not_there_is_told_with_the_place(deploy: Deploy) -> None:
    content = parameter("p", "{wso2:vault-lookup('pw')}")
    configuration = deploy(message_store(content))
    with pytest.raises(ConfigurationError, match="no vault") as raised:
        configuration.stores["S"].resolved(configuration)
    assert raised.value.line == 2


def test_the_text_under_a_key_is_looked_up_as_well(deploy: Deploy) -> None:
    configuration = deploy(
        "<localEntry key='url'> sqlite:x </localEntry><localEntry key='xml'><a/></localEntry>"
        + message_store(parameter("url", attributes="key='url'"))
        + message_store(parameter("url", attributes="key='xml'"), "T")
    )
    assert configuration.stores["S"].resolved(configuration) == {"url": "sqlite:x"}
    with pytest.raises(ConfigurationError, match="'T': there is no text under the key 'xml'"):
        configuration.stores["T"].resolved(configuration)


@pytest.mark.parametrize(
    "given", [parameter(ORDERING_EXPRESSION, "//a"), parameter("x", attributes="expression='//a'")]
)
def test_an_expression_is_asked_for_each_message(
    store: Any, new_message: Callable[..., Message], given: str
) -> None:
    (expression,) = store(given).expressions.values()
    assert expression.text(new_message("<r><a>1</a></r>")) == "1"


def test_the_same_store_at_another_place_is_the_same_store(store: Any) -> None:
    given = parameter("a", "1") + parameter("x", attributes="expression='//a'")
    found = store(given)
    assert found == store(f"\n\n{given}")
    assert found != store(given.replace("//a", "//b"))
    assert found != store(given.replace("1", "2"))


def test_a_store_may_name_another_for_what_it_cannot_take(deploy: Deploy) -> None:
    failover = parameter("store.failover.message.store.name", "T")
    content = message_store(failover)
    configuration = deploy(content + message_store(name="T"))
    assert configuration.stores["S"].failover == "T"
    assert configuration.stores["T"].failover is None
    with pytest.raises(InvalidDeployment, match="xml:2: message store 'T' is not defined"):
        deploy(content)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<messageStore/>", "needs the attribute 'name'"),
        (message_store("<parameter>x</parameter>"), "'name'"),
        (message_store(parameter("x", attributes="expression='//'")), "xml:2"),
        (message_store(parameter(ORDERING_EXPRESSION)), "empty"),
        (message_store(parameter("x", "{vault-lookup('a'))}")), "xml:2"),
        (
            message_store(parameter("x", attributes="key='none'")),
            "'none' is neither a local entry nor a resource",
        ),
        (message_store() * 2, "Duplicate messageStore"),
        (message_store(parameter("x", "$SYSTEM:NO")), "NO"),
    ],
)
def test_what_is_wrong_is_told(deploy: Deploy, content: str, complaint: str) -> None:
    with pytest.raises(InvalidDeployment, match=complaint):
        deploy(content)


STORE = "<messageStore xmlns='http://ws.apache.org/ns/synapse' name='S'/>"
PROCESSOR = (
    "<messageProcessor xmlns='http://ws.apache.org/ns/synapse' name='P' messageStore='S' class="
    "'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor'/>"
)


@pytest.mark.parametrize(
    "folder",
    [
        "synapse-configs/default",
        "src/main/wso2mi/artifacts",
        "src/main/synapse-config",
        "Module/src/main/synapse-config",
    ],
)
def test_stores_and_processors_lie_in_folders_of_their_own(
    tmp_path: Path, build: Any, folder: str
) -> None:
    files = {
        f"{folder}/message-stores/S.xml": STORE,
        f"{folder}/message-processors/P.xml": PROCESSOR,
    }
    configuration = read_deployment(build.files(tmp_path, files), classes={})
    assert set(configuration.stores) == {"S"}
    assert configuration.processors["P"].store == "S"
    assert configuration.stores["S"].file == f"{folder}/message-stores/S.xml"


def test_a_carbon_application_brings_them(tmp_path: Path, build: Any) -> None:
    def artifact(name: str, kind: str) -> str:
        return (
            f"<artifact name='{name}' version='1.0.0' type='synapse/{kind}' "
            f"serverRole='EnterpriseServiceBus'><file>{name}.xml</file></artifact>"
        )

    dependencies = "".join(
        f"<dependency artifact='{name}' version='1.0.0' include='true' "
        "serverRole='EnterpriseServiceBus'/>"
        for name in ("S", "P")
    )
    files = {
        "artifacts.xml": "<artifacts><artifact name='A' version='1.0.0' "
        f"type='carbon/application'>{dependencies}</artifact></artifacts>",
        "S_1.0.0/artifact.xml": artifact("S", "message-store"),
        "S_1.0.0/S.xml": STORE,
        "P_1.0.0/artifact.xml": artifact("P", "message-processors"),
        "P_1.0.0/P.xml": PROCESSOR,
    }
    configuration = read_deployment(build.zip(tmp_path / "a.car", files), classes={})
    assert (set(configuration.stores), set(configuration.processors)) == ({"S"}, {"P"})


PAGE = (Path(__file__).parents[3] / "docs/language.md").read_text("utf-8")
TOLD = dict(re.findall(r"^\| `(\w+\.\S+Store)` \| (yes|no) \|", PAGE, re.MULTILINE))


def test_the_page_tells_of_each_class() -> None:
    assert sorted(TOLD) == sorted(CLASS_NAMES)


@pytest.mark.parametrize("class_name", [name for name, usable in TOLD.items() if usable == "no"])
def test_a_class_that_the_page_says_is_not_usable_is_not(class_name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"gateway\.yaml"):
        address_of("S", class_name, {})


@pytest.mark.parametrize("class_name", CLASS_NAMES)
def test_those_that_open_stores_agree_which_are_in_memory(class_name: str) -> None:
    try:
        address = address_of("S", class_name, {"url": ""})
    except ConfigurationError:  # it needs an address, so it is not in memory
        address = None
    in_memory = address is not None and address.url == "memory:"
    assert MessageStoreDefinition("S", class_name).in_memory == in_memory
