import msgspec
import pytest

from apns_connector.delivery.record import Record
from apns_connector.delivery.stores.nats.layout import (
    IN_USE,
    OURS,
    WRONG_SEQUENCE,
    Layout,
    answer_of,
    decode,
    encode,
    id_of,
    later,
    sequence_of,
    servers_and_credentials,
    subject_of,
)


@pytest.mark.parametrize("text", ["plain-1_A", "a.b c*d>e~f%g=h/ä", "=41", "%41"])
def test_any_name_is_one_token_that_servers_take(text):
    subject = subject_of("stream", text)
    stream, token = subject.split(".")
    assert (stream, id_of(subject)) == ("stream", text)
    assert set("%*> ~/").isdisjoint(token)
    assert token.isascii()


def test_stores_never_share_a_stream():
    names = [
        stream
        for store in ("a", "A", "dead-a", "a.b", "a=2Eb")
        for stream in (Layout(store).records, Layout(store).dead, Layout(store).claims)
    ]
    assert len(set(names)) == len(names)


def test_all_streams_are_kept_on_disk_and_known_as_ours():
    streams = Layout("outbox").streams(7)
    assert {stream["storage"] for stream in streams} == {"file"}
    assert {stream["description"] for stream in streams} == {OURS}
    assert {stream["max_msgs_per_subject"] for stream in streams} == {1}


def test_only_the_records_that_live_are_a_queue_with_a_limit():
    records, dead, claims = Layout("outbox").streams(7)
    assert (records["retention"], records["discard"], records["max_msgs"]) == (
        *("workqueue", "new"),
        7,
    )
    assert "max_msgs" not in dead
    assert "max_age" not in dead
    assert "max_age" not in records
    assert claims["max_age"] == 86_400 * 10**9


@pytest.mark.parametrize(
    ("seconds", "expected"), [(61.0, 61 * 10**9), (0, 10**6), (1e9, 86_400 * 10**9)]
)
def test_a_consumer_gives_out_again_what_is_not_settled_in_time(seconds, expected):
    assert Layout("outbox").consumer(seconds)["config"]["ack_wait"] == expected


def test_a_record_comes_out_as_it_went_in():
    record = Record(bytes(range(256)), 1.25, "id", "lane", "ä ✓", 1e300, 3, "später")
    assert decode(encode(record)) == record


def test_what_is_no_record_is_refused():
    with pytest.raises(msgspec.DecodeError):
        decode(b"not a record")


def test_a_message_comes_later_in_whole_nanoseconds_within_a_day():
    assert later(1.5) == b'-NAK {"delay": 1500000000}'
    assert later(-1) == b'-NAK {"delay": 1000000}'
    assert later(1e12) == b'-NAK {"delay": 86400000000000}'


def test_the_sequence_is_read_of_acknowledgements_of_old_and_new_servers():
    assert sequence_of("$JS.ACK.stream.work.1.42.7.1795350773364594730.2") == 42
    new = "$JS.ACK._.account.stream.work.1.42.7.1795350773364594730.2"
    assert sequence_of(new) == 42
    assert sequence_of(new + ".random") == 42


def test_an_answer_says_what_went_wrong():
    stored = answer_of(b'{"stream":"S", "seq":4}')
    assert (stored.failed, stored.content["seq"]) == (False, 4)
    full = answer_of(b'{"error":{"err_code":10077,"description":"maximum messages exceeded"}}')
    assert (full.failed, full.is_full, full.problem) == (True, True, "maximum messages exceeded")
    late = answer_of(b'{"error":{"err_code":10071,"description":"wrong last sequence: 4"}}')
    assert (late.code, late.is_full) == (WRONG_SEQUENCE, False)
    assert answer_of(b'{"error":{"code":400,"err_code":10058}}').code == IN_USE


@pytest.mark.parametrize(
    ("url", "servers", "credentials"),
    [
        ("nats://host", ["nats://host:4222"], {}),
        ("tls://[::1]:5000", ["tls://[::1]:5000"], {}),
        ("nats://token@host", ["nats://host:4222"], {"token": "token"}),
        (
            "nats://u:p%40ss@one:1,nats://u:p%40ss@two:2",
            ["nats://one:1", "nats://two:2"],
            {"user": "u", "password": "p@ss"},
        ),
    ],
)
def test_a_url_is_divided_into_servers_and_who_we_are(url, servers, credentials):
    assert servers_and_credentials(url) == (servers, credentials)


@pytest.mark.parametrize("url", ["", "host", "http://host", "nats://", "nats://u:a/b@host"])
def test_what_is_no_url_of_nats_is_refused(url):
    with pytest.raises(ValueError):
        servers_and_credentials(url)
