from __future__ import annotations

import re

import pytest

from apns_connector import errors
from apns_connector.errors import (
    ApnsError,
    ChannelRefused,
    ConfigurationError,
    ConnectorError,
    CredentialsError,
    DestinationError,
    InvalidDeployment,
    MediationError,
    NotAnswered,
    NotificationError,
    NotSent,
    OutcomeUnknown,
    PayloadError,
    RegistryError,
    VaultError,
    XmlError,
)


def printed_tree() -> list[tuple[int, str]]:
    """(depth, name) of each line of the tree in the module's docstring."""
    lines = re.findall(r"^    ([│├└─ ]*)(\w+)", errors.__doc__, re.MULTILINE)
    return [(len(branch) // 4, name) for branch, name in lines]


def real_tree(root: type, depth: int = 0) -> list[tuple[int, str]]:
    own = [kind for kind in root.__subclasses__() if kind.__module__ == errors.__name__]
    return [(depth, root.__name__), *(row for kind in own for row in real_tree(kind, depth + 1))]


def test_the_printed_tree_is_the_real_one():
    assert printed_tree() == real_tree(ConnectorError)


def test_every_class_of_the_module_is_in_the_tree():
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    kinds -= {"Sequence"}
    assert kinds == {name for _, name in printed_tree()}


MESSAGES = [
    (ConnectorError("anything"), "anything"),
    (ConfigurationError("no such file"), "no such file"),
    (ConfigurationError("bad value", "gateway.yaml"), "gateway.yaml: bad value"),
    (ConfigurationError("bad value", "a.xml", 7), "a.xml:7: bad value"),
    (
        InvalidDeployment([ConfigurationError("one", "a.xml", 1), ConfigurationError("two")]),
        "a.xml:1: one\ntwo",
    ),
    (InvalidDeployment([]), ""),
    (XmlError("not well-formed"), "not well-formed"),
    (XmlError("a DTD", 3), "line 3: a DTD"),
    (RegistryError("leads out"), "leads out"),
    (VaultError("no such alias"), "no such alias"),
    (MediationError("failed"), "failed"),
    (ApnsError("anything"), "anything"),
    (NotificationError("topic", "A topic is needed"), "A topic is needed"),
    (PayloadError("too long", 5000, 4096), "too long"),
    (CredentialsError("expired"), "expired"),
    (
        DestinationError("prod"),
        "Destination 'prod' is not valid: it must be production or sandbox",
    ),
    (
        DestinationError("x", ("production", "sandbox", "local")),
        "Destination 'x' is not valid: it must be production or sandbox or local",
    ),
    (ChannelRefused("refused", 400, "BadChannelId", "id"), "refused"),
    (NotAnswered("silence"), "silence"),
    (NotSent("no connection", "id"), "no connection"),
    (OutcomeUnknown("cut", "id"), "cut"),
]


@pytest.mark.parametrize(
    ("error", "sentence"), MESSAGES, ids=[type(error).__name__ for error, _ in MESSAGES]
)
def test_an_error_says_what_is_wrong_and_where(error, sentence):
    assert str(error) == sentence
    assert isinstance(error, ConnectorError)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (NotificationError, "APNS_000001"),
        (CredentialsError, "APNS_000002"),
        (DestinationError, "APNS_000003"),
        (NotAnswered, "APNS_000004"),
        (NotSent, "APNS_000004"),
        (OutcomeUnknown, "APNS_000004"),
        (PayloadError, "APNS_000006"),
        (ChannelRefused, "APNS_000007"),
        (ApnsError, "APNS_000007"),
    ],
)
def test_errors_about_apple_carry_their_public_code(kind, code):
    assert kind.code == code


def test_facts_are_attributes():
    assert (ConfigurationError("p", "f", 1).file, ConfigurationError("p", "f", 1).line) == ("f", 1)
    assert XmlError("p", 3).line == 3
    assert NotificationError("topic", "p").field == "topic"
    assert (PayloadError("p", 5, 4).size, PayloadError("p", 5, 4).limit) == (5, 4)
    assert DestinationError("prod").destination == "prod"
    assert (NotSent("why", "id").cause, NotSent("why", "id").apns_id) == ("why", "id")
    refused = ChannelRefused("p", 403, "TopicMismatch", "id", "APNS_000002")
    assert (refused.status, refused.reason) == (403, "TopicMismatch")
    assert (refused.apns_id, refused.code) == ("id", "APNS_000002")
    failed = MediationError("failed", 101503, "detail")
    assert (failed.code, failed.detail) == (101503, "detail")
    problems = [ConfigurationError("one"), ConfigurationError("two")]
    assert InvalidDeployment(problems).problems == tuple(problems)
