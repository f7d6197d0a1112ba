"""apns.init: what it was given is kept on the message, and read from there."""

from __future__ import annotations

import pytest

from apns_connector.apns import Proxy
from apns_connector.errors import MediationError
from apns_connector.mediation.expressions.variables import Deferred
from apns_connector.mediation.properties import FunctionContext
from apns_connector.operations.failure import OperationError
from apns_connector.operations.init import PARAMETERS, KeepInit, read_init


def initialised(message, **parameters):
    message.functions.append(FunctionContext("init", parameters))
    assert KeepInit().mediate(message) is True
    message.functions.pop()
    return message


def failure(message) -> tuple[str, str]:
    with pytest.raises(OperationError) as caught:
        read_init(message)
    return caught.value.code, caught.value.sentence


def test_what_it_was_given_is_on_the_message_as_properties(message):
    kept = initialised(message(), destination="sandbox", keyId="ABCDEFGHIJ")
    assert kept.properties.default == {"apns.destination": "sandbox", "apns.keyId": "ABCDEFGHIJ"}


def test_nothing_of_an_earlier_init_shines_through(message):
    kept = message(**dict.fromkeys(PARAMETERS, "old"), alert="not of an init")
    initialised(kept, destination="sandbox")
    assert kept.properties.default == {
        "apns.destination": "sandbox",
        "apns.alert": "not of an init",
    }


def test_each_call_keeps_what_it_was_given_whatever_the_one_before_was_given(message):
    keep = KeepInit()
    calls = [
        {"destination": "sandbox", "INIT_CONFIG_KEY": "A"},
        {"destination": "sandbox", "INIT_CONFIG_KEY": "A"},
        {"destination": "production"},
        {"destination": Deferred(lambda message: "late"), "topic": Deferred(lambda message: None)},
        {},
        {"destination": "production"},
        {"destination": "production", "topic": ""},
    ]
    held = []
    for parameters in calls:
        kept = message(timeout="3")
        kept.functions.append(FunctionContext("init", parameters))
        keep.mediate(kept)
        held.append(kept.properties.default)
    assert held == [
        {"apns.destination": "sandbox"},
        {"apns.destination": "sandbox"},
        {"apns.destination": "production"},
        {"apns.destination": "late"},
        {},
        {"apns.destination": "production"},
        {"apns.destination": "production", "apns.topic": ""},
    ]


def test_a_parameter_that_cannot_be_evaluated_is_a_failure_with_a_code(message):
    def fail(message):
        raise MediationError("no such secret")

    with pytest.raises(MediationError) as caught:
        initialised(message(), password=Deferred(fail))
    assert caught.value.code == "APNS_000001"


def test_the_values_of_the_original_are_read(complete):
    init = read_init(complete())
    assert init.destination == "sandbox"
    assert init.credentials.name == "gov:/apns/push.p12"
    assert (init.topic, init.timeout, init.proxy) == (None, None, None)


def test_topic_timeout_and_proxy_are_read(complete):
    init = read_init(
        complete(
            topic="com.example.app",
            timeout="2.5",
            proxy="http://proxy:3128",
            proxyUser="user",
            proxyPassword="secret word",
        )
    )
    assert (init.topic, init.timeout) == ("com.example.app", 2.5)
    assert init.proxy == Proxy("proxy", 3128, "user", "secret word")


def test_a_proxy_needs_no_user(complete):
    assert read_init(complete(proxy="http://proxy:3128")).proxy == Proxy("proxy", 3128)


@pytest.mark.parametrize("written", ["apns", "APNS", None, ""])
def test_a_connection_is_of_the_type_apns_in_whatever_case(complete, written):
    assert read_init(complete(connectionType=written, name="PUSH")).destination == "sandbox"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"destination": None}, "Mandatory property apns.destination is missing."),
        ({"connectionType": "EMAIL"}, "Connection type 'EMAIL' is not allowed; it must be apns"),
        ({"timeout": "soon"}, "Property <apns.timeout> is not a number: 'soon'"),
        ({"timeout": "0"}, "Property <apns.timeout> is 0; it must be above 0"),
        ({"proxyUser": "user"}, "Mandatory property apns.proxy is missing."),
    ],
)
def test_what_is_missing_or_wrong_is_told(complete, changes, sentence):
    assert failure(complete(**changes)) == ("APNS_000001", sentence)


@pytest.mark.parametrize("address", ["http://user:secret@proxy:3128", "https://proxy:3128"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_address(complete, address):
    code, sentence = failure(complete(proxy=address))
    assert code == "APNS_000001"
    assert sentence.startswith("Property <apns.proxy>")
    assert "secret" not in sentence


def test_what_the_original_checked_is_checked_first(complete):
    assert failure(complete(timeout="soon", password=None)) == (
        "APNS_000001",
        "Mandatory property apns.password is missing.",
    )


def test_no_secret_is_in_a_repr(complete):
    shown = repr(
        read_init(complete(proxy="http://p:1", proxyUser="u", proxyPassword="another secret"))
    )
    for secret in ("secret word", "another secret", "from the registry"):
        assert secret not in shown
