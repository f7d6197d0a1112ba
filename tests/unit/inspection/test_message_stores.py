"""What is said of message stores and processors."""

from __future__ import annotations

from collections.abc import Callable

from apns_connector.inspection.message_stores import inspect_message_stores
from apns_connector.mediation.configuration import Configuration

Build = Callable[..., Configuration]
DISPATCH = "apns_connector.delivery.DispatchProcessor"
JDBC = "org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore"


def processor(parameters: str, class_name: str = DISPATCH) -> str:
    return (
        f"<messageProcessor name='P' messageStore='S' class='{class_name}'>"
        f"<parameter name='sequence'>fault</parameter>{parameters}</messageProcessor>"
    )


def found(configuration: Configuration) -> list[str]:
    return [str(one) for one in inspect_message_stores(configuration)]


def test_a_durable_store_that_is_read_is_nothing_to_speak_of(build: Build) -> None:
    assert found(build(f"<messageStore name='S' class='{JDBC}'/>{processor('')}")) == []


def test_a_store_that_nobody_reads_is_told(build: Build) -> None:
    [told] = found(build(f"<messageStore name='S' class='{JDBC}'/>"))
    assert told.startswith("synapse.xml:2: note: message store 'S' is read by no message processor")


def test_a_store_that_forgets_is_told(build: Build) -> None:
    [told] = found(build(f"<messageStore name='S'/>{processor('')}"))
    assert "note: message store 'S' is in memory: it forgets its messages when" in told


def test_the_settings_may_say_where_a_store_really_is(build: Build) -> None:
    configuration = build(f"<messageStore name='S'/>{processor('')}")
    assert list(inspect_message_stores(configuration, {"S": "sqlite:records.db"})) == []
    [told] = inspect_message_stores(configuration, {"S": "memory:"})
    assert "is in memory" in told.text


def test_a_parameter_that_means_nothing_is_told_with_what_may_be_meant(build: Build) -> None:
    given = "\n<parameter name='concurency'>5</parameter>\n<parameter name='x'>5</parameter>"
    store = f"<messageStore name='S' class='{JDBC}'/>"
    assert found(build(f"{store}{processor(given)}")) == [
        "synapse.xml:3: warning: 'concurency' is no parameter of this message processor: "
        "'concurrency' is meant, perhaps",
        "synapse.xml:4: warning: 'x' is no parameter of this message processor",
    ]


def test_a_parameter_of_java_is_told_as_without_effect(build: Build) -> None:
    forwarding = (
        "org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor"
    )
    given = f"<messageStore name='S' class='{JDBC}'/>" + processor(
        "<parameter name='axis2.repo'>x</parameter>", forwarding
    ).replace("<parameter name='sequence'>fault</parameter>", "")
    [told] = found(build(given))
    assert "'axis2.repo' has no effect here" in told


def test_a_class_that_is_none_is_told_elsewhere(build: Build) -> None:
    content = processor("<parameter name='x'>5</parameter>", "org.example.Mine")
    assert found(build(f"<messageStore name='S' class='{JDBC}'/>{content}")) == [
        "synapse.xml:2: note: message store 'S' is read by no message processor: what is in there "
        "stays"
    ]
