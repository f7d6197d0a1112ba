"""A connection, joined in memory to an h2 client."""

from __future__ import annotations

import json
import logging
from types import SimpleNamespace

import h2.config
import h2.connection
import h2.events
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from h2.settings import SettingCodes
from hypothesis import given
from hypothesis import strategies as st

from apns_connector.simulator.authority import Authority
from apns_connector.simulator.behaviour import Goaway, Silence, rejection
from apns_connector.simulator.channels import Channels
from apns_connector.simulator.connection import Connection
from apns_connector.simulator.decision import Decider, ManagementDecider
from apns_connector.simulator.faults import Fault, Faults
from apns_connector.simulator.options import SimulatorOptions
from apns_connector.simulator.provider_token import TokenPolicy
from apns_connector.simulator.received import Received
from apns_connector.simulator.rules import Policy
from apns_connector.simulator.special_tokens import token_for

AUTHORITY = Authority.create()
DEVICE = "ab" * 32


class Wire:
    """Stands where the TLS session stands: keeps what is written for the client."""

    def __init__(self):
        self.written = bytearray()
        self.closing = False
        self.was_cut = False

    def write(self, data):
        if not self.closing:
            self.written += data

    def close(self):
        self.closing = True

    def cut(self):
        self.closing = self.was_cut = True


class Client:
    """An h2 client at the other end."""

    def __init__(self, connection, wire, settings=None):
        self._connection = connection
        self._wire = wire
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(header_encoding="utf-8", validate_outbound_headers=False)
        )
        self.h2.initiate_connection()
        if settings:
            self.h2.update_settings(settings)
        self.statuses = {}
        self.headers = {}
        self.bodies = {}
        self.frames = []  # sizes of DATA
        self.resets = {}
        self.goaway = None
        self.limits = []

    def push(
        self,
        token=DEVICE,
        *,
        fields=(),
        body=b'{"aps":{}}',
        method="POST",
        path="/3/device/",
        end=True,
    ):
        """Write a request; nothing moves before :meth:`exchange`."""
        stream_id = self.h2.get_next_available_stream_id()
        headers = [
            (":method", method),
            (":scheme", "https"),
            (":authority", "localhost"),
            (":path", f"{path}{token}"),
            *fields,
        ]
        self.h2.send_headers(stream_id, headers)
        self.h2.send_data(stream_id, body, end_stream=end)
        return stream_id

    def exchange(self):
        """Bytes go to and fro until nobody has any left."""
        while True:
            there = self.h2.data_to_send()
            if there and not self._wire.closing:
                self._connection.received(there)
            back = bytes(self._wire.written)
            self._wire.written.clear()
            if not back:
                return
            while back and self.goaway is None:  # h2 as a client takes nothing after GOAWAY
                end = 9 + int.from_bytes(back[:3])
                for event in self.h2.receive_data(back[:end]):
                    self._take(event)
                back = back[end:]

    def _take(self, event):
        match event:
            case h2.events.ResponseReceived():
                self.headers[event.stream_id] = dict(event.headers)
                self.statuses[event.stream_id] = self.headers[event.stream_id][":status"]
            case h2.events.DataReceived():
                self.bodies[event.stream_id] = self.bodies.get(event.stream_id, b"") + event.data
                self.frames.append(len(event.data))
            case h2.events.StreamReset():
                self.resets[event.stream_id] = event.error_code
            case h2.events.ConnectionTerminated():
                self.goaway = (event.last_stream_id, event.error_code, event.additional_data)
            case h2.events.RemoteSettingsChanged():
                changed = event.changed_settings.get(SettingCodes.MAX_CONCURRENT_STREAMS)
                if changed is not None:
                    self.limits.append(changed.new_value)


@pytest.fixture
def apple(team, now):
    """Makes connections of one Apple; ``.faults`` and ``.received`` are shared."""
    key = team.provider_key()
    faults = Faults()
    received = Received(keep=100, clock=lambda: now)
    channels = Channels()

    def connect(
        *,
        certificate=True,
        settings=None,
        handler=None,
        topic="com.example.app",
        management=False,
        **options,
    ):
        options = SimulatorOptions(**options)
        tokens = TokenPolicy({key.key_id: key}, options.environment, 1200)
        kind = ManagementDecider if management else Decider
        decider = kind(Policy(tokens), faults, lambda: now, handler, channels)
        remembers = None if management else received
        connection = Connection(1, options, decider, remembers, lambda connection: None)
        wire = Wire()
        identity = AUTHORITY.push_certificate(topic) if certificate is True else certificate
        der = identity.certificate.public_bytes(Encoding.DER) if identity else None
        connection.opened(wire, der)
        client = Client(connection, wire, settings)
        client.wire = wire
        client.connection = connection
        return client

    return SimpleNamespace(connect=connect, faults=faults, received=received, channels=channels)


@pytest.fixture
def bearer(team):
    return (
        ("authorization", team.authorization().decode()),
        ("apns-topic", "com.example.app"),
    )


def test_settings_come_first_and_unasked(apple):
    client = apple.connect()
    assert client.wire.written[3] == 4
    client.exchange()
    assert client.limits == [1000]


def test_success_is_200_with_an_id_and_a_unique_id_and_no_body(apple):
    client = apple.connect()
    stream = client.push()
    client.exchange()
    headers = client.headers[stream]
    assert list(headers) == [":status", "apns-id", "apns-unique-id"]
    assert headers[":status"] == "200"
    assert client.bodies == {}


def test_production_tells_no_unique_id(apple):
    client = apple.connect(environment="production")
    stream = client.push()
    client.exchange()
    assert list(client.headers[stream]) == [":status", "apns-id"]


def test_a_rejection_is_a_status_with_a_json_body(apple):
    client = apple.connect()
    stream = client.push(token_for(rejection("Unregistered")))
    client.exchange()
    assert client.statuses[stream] == "410"
    assert client.bodies[stream] == b'{"reason":"Unregistered","timestamp":1700000000000}'
    assert "apns-unique-id" not in client.headers[stream]


def test_the_answer_to_head_has_no_content(apple):
    client = apple.connect()
    stream = client.push(method="HEAD")
    client.exchange()
    assert (client.statuses[stream], client.bodies) == ("405", {})


@pytest.mark.parametrize("letters", [str.lower, str.upper])
def test_the_id_of_the_request_comes_back_as_it_was(letters, apple):
    client = apple.connect()
    own = letters("123e4567-e89b-12d3-a456-42661417400a")
    accepted = client.push(fields=(("apns-id", own),))
    rejected = client.push("zz", fields=(("apns-id", own),))
    client.exchange()
    assert client.headers[accepted]["apns-id"] == own
    assert client.headers[rejected]["apns-id"] == own


def test_an_id_that_apple_makes_is_upper_case_and_recorded(apple):
    client = apple.connect()
    stream = client.push()
    client.exchange()
    made = client.headers[stream]["apns-id"]
    assert made == made.upper()
    (notification,) = apple.received.latest()
    assert notification.apns_id == made
    assert notification.apns_unique_id == client.headers[stream]["apns-unique-id"]


def test_a_body_far_above_the_limit_is_read_to_its_end_and_refused(apple):
    client = apple.connect()
    stream = client.push(body=b"x" * 5000, end=False)
    for _ in range(40):
        client.exchange()
        client.h2.send_data(stream, b"x" * 5000)
    client.h2.end_stream(stream)
    client.exchange()
    assert client.bodies[stream] == b'{"reason":"PayloadTooLarge"}'


def test_windows_open_as_it_reads(apple):
    client = apple.connect()
    for _ in range(100):
        client.push(body=b"x" * 4096)
        client.exchange()
    assert apple.received.outcomes["accepted"] == 100


def test_an_error_body_waits_for_a_window(apple):
    client = apple.connect(settings={SettingCodes.INITIAL_WINDOW_SIZE: 0})
    stream = client.push("zz")
    client.exchange()
    assert client.statuses[stream] == "400"
    assert stream not in client.bodies
    client.h2.increment_flow_control_window(100, stream)
    client.exchange()
    assert client.bodies[stream] == b'{"reason":"BadDeviceToken"}'


def test_an_error_body_comes_in_parts_as_the_window_opens(apple):
    client = apple.connect(settings={SettingCodes.INITIAL_WINDOW_SIZE: 10})
    stream = client.push("zz")
    client.exchange()
    assert client.bodies[stream] == b'{"reason":'
    client.h2.increment_flow_control_window(100, stream)
    client.exchange()
    assert client.bodies[stream] == b'{"reason":"BadDeviceToken"}'


# Channels

APP = "com.example.app"


def ask(client, resource="channels", *, method="GET", fields=(), body=b""):
    return client.push(resource, path=f"/1/apps/{APP}/", method=method, fields=fields, body=body)


def test_a_new_channel_has_its_id_in_a_header_beside_that_of_the_request(apple):
    client = apple.connect(management=True)
    body = b'{"message-storage-policy":0,"push-type":"LiveActivity"}'
    stream = ask(client, method="POST", body=body)
    client.exchange()
    headers = client.headers[stream]
    assert list(headers) == [":status", "apns-request-id", "apns-channel-id"]
    assert headers[":status"] == "201"
    assert apple.channels.of(APP) == {headers["apns-channel-id"]: 0}
    assert client.bodies == {}


def test_the_id_of_the_operation_comes_back_also_with_a_refusal(apple):
    client = apple.connect(management=True)
    own = "123e4567-e89b-12d3-a456-42661417400a"
    stream = ask(client, fields=(("apns-request-id", own),))
    client.exchange()
    assert client.headers[stream] == {":status": "400", "apns-request-id": own}
    assert client.bodies[stream] == b'{"reason":"MissingChannelId"}'


def test_a_deleted_channel_is_answered_without_content(apple):
    channel_id = apple.channels.create(APP)
    client = apple.connect(management=True)
    stream = ask(client, method="DELETE", fields=(("apns-channel-id", channel_id),))
    client.exchange()
    assert (client.statuses[stream], client.bodies) == ("204", {})
    assert apple.channels.was_deleted(APP, channel_id)


def test_a_thousand_channels_come_in_frames_that_fit(apple):
    ids = [apple.channels.create(APP) for _ in range(1000)]
    client = apple.connect(management=True)
    stream = ask(client, "all-channels")
    client.exchange()
    assert json.loads(client.bodies[stream]) == {"channels": ids}
    assert client.frames == [16_384, len(client.bodies[stream]) - 16_384]


@pytest.mark.parametrize("window", [1000, 20_000])
def test_a_long_list_keeps_to_the_windows(window, apple):
    ids = [apple.channels.create(APP) for _ in range(1000)]
    client = apple.connect(management=True, settings={SettingCodes.INITIAL_WINDOW_SIZE: window})
    stream = ask(client, "all-channels")
    client.exchange()
    assert len(client.bodies[stream]) == window
    while not client.bodies[stream].endswith(b"]}"):
        client.h2.increment_flow_control_window(window, stream)
        client.exchange()
    assert json.loads(client.bodies[stream]) == {"channels": ids}


def test_operations_are_not_among_what_was_received(apple):
    client = apple.connect(management=True)
    ask(client, "all-channels")
    ask(client, "else")
    client.exchange()
    assert apple.received.latest() == []
    assert sum(apple.received.outcomes.values()) == 0


def test_a_log_line_of_an_operation_says_how_it_ended(apple, caplog):
    client = apple.connect(management=True)
    ask(client, "all-channels")
    client.push(path="/3/device/")
    with caplog.at_level(logging.DEBUG, "apns_connector"):
        client.exchange()
    assert "GET of channels: 200" in caplog.text
    assert "POST of channels: 404" in caplog.text
    assert DEVICE not in caplog.text


def test_faults_befall_operations_too(apple):
    client = apple.connect(management=True)
    apple.faults.add(Fault(fault="answer", reason="ServiceUnavailable"))
    stream = ask(client, "all-channels")
    client.exchange()
    assert client.statuses[stream] == "503"
    assert "apns-request-id" in client.headers[stream]


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_a_broadcast_is_received_and_answered_with_both_ids(environment, apple):
    channel_id = apple.channels.create(APP, 1)
    client = apple.connect(environment=environment)
    fields = (
        ("apns-channel-id", channel_id),
        ("apns-push-type", "liveactivity"),
        ("apns-priority", "10"),
        ("apns-expiration", "0"),
    )
    stream = client.push(APP, path="/4/broadcasts/apps/", fields=fields)
    client.exchange()
    headers = client.headers[stream]
    assert list(headers) == [":status", "apns-request-id", "apns-unique-id"]
    (broadcast,) = apple.received.latest()
    assert (broadcast.channel_id, broadcast.outcome) == (channel_id, "accepted")
    assert broadcast.apns_id == headers["apns-request-id"]


def test_a_channel_opens_the_streams_of_a_token_connection(apple, bearer):
    client = apple.connect(certificate=None, management=True)
    ask(client, "all-channels", fields=bearer)
    client.exchange()
    assert client.limits == [1, 1000]


def test_without_a_certificate_one_stream_is_open_until_a_good_token_came(apple, bearer):
    client = apple.connect(certificate=None)
    client.exchange()
    assert client.limits == [1]
    client.push(fields=bearer)
    client.exchange()
    assert client.limits == [1, 1000]
    client.push(fields=bearer)
    client.exchange()
    assert client.limits == [1, 1000]


def test_a_bad_token_does_not_open_up(apple):
    client = apple.connect(certificate=None)
    client.push(fields=(("authorization", "bearer x"),))
    client.exchange()
    assert client.limits == [1]
    assert apple.received.reasons == {"InvalidProviderToken": 1}


def test_streams_that_a_client_opens_before_it_saw_the_limit_are_refused(apple, bearer):
    client = apple.connect(certificate=None)
    streams = [client.push(fields=bearer) for _ in range(3)]
    client.exchange()
    assert list(client.statuses) == streams[:1]
    assert client.resets == {streams[1]: 7, streams[2]: 7}
    assert apple.received.outcomes["accepted"] == 1


def test_streams_above_a_limit_that_was_acknowledged_end_the_connection(apple):
    client = apple.connect(max_concurrent_streams=2)
    client.exchange()
    client.h2.remote_settings.max_concurrent_streams = 10  # a client that does not care
    client.h2.remote_settings.acknowledge()
    streams = [client.push() for _ in range(3)]
    client.exchange()
    assert client.goaway == (streams[1], 7, b"Maximum active streams violated for this endpoint.")
    assert client.wire.closing
    assert apple.received.outcomes["accepted"] == 2


def test_the_streams_may_be_narrowed_after_a_rejection_until_the_next_success(apple):
    client = apple.connect(narrow_after_rejection=True)
    client.push("zz")
    client.exchange()
    assert client.limits == [1000, 1]
    client.push()
    client.exchange()
    assert client.limits == [1000, 1, 1000]


def test_the_settings_fault_moves_the_limit_of_the_connection(apple, bearer):
    client = apple.connect(certificate=None)
    apple.faults.add(Fault(fault="settings", max_concurrent_streams=5))
    client.push(fields=bearer)
    client.exchange()
    client.push(fields=bearer)
    client.exchange()
    assert client.limits == [1, 5]


def test_goaway_leaves_the_request_and_those_after_it_unprocessed(apple):
    client = apple.connect()
    apple.faults.add(Fault(fault="goaway", after=2))
    streams = [client.push() for _ in range(5)]
    client.exchange()
    assert client.goaway == (streams[1], 0, b'{"reason":"Shutdown"}')
    assert apple.received.outcomes == {"accepted": 2, "rejected": 0, "unanswered": 1}
    assert client.wire.closing


def test_goaway_may_cover_a_request_that_is_never_answered(apple):
    client = apple.connect()
    stream = client.push(token_for(Goaway(b'{"reason":"Shutdown"}', processed=True)))
    client.exchange()
    assert client.goaway[0] == stream
    assert client.statuses == {}
    assert apple.received.outcomes["accepted"] == 1


def test_goaway_at_the_first_request_says_that_nothing_was_processed(apple):
    client = apple.connect()
    apple.faults.add(Fault(fault="goaway", debug="", error_code="ENHANCE_YOUR_CALM"))
    client.push()
    client.exchange()
    assert client.goaway == (0, 11, None)


def test_a_stream_before_the_last_one_is_answered_though_its_body_comes_after_goaway(apple):
    client = apple.connect()
    apple.faults.add(Fault(fault="goaway", after=1))
    slow = client.push(end=False)
    client.push()
    client.exchange()
    client.push()
    there = client.h2.data_to_send()
    client.connection.received(there)
    goaway = bytes(client.wire.written)
    assert not client.wire.closing
    # h2 as a client ends with the first GOAWAY, so the rest is said by hand.
    client.connection.received(bytes.fromhex("000000 00 01") + slow.to_bytes(4))
    assert client.wire.closing
    assert bytes(client.wire.written).startswith(goaway)
    assert len(client.wire.written) > len(goaway)
    assert apple.received.outcomes["accepted"] == 2


def test_a_request_older_than_one_that_was_processed_is_refused_by_reset(apple):
    client = apple.connect()
    apple.faults.add(Fault(fault="goaway", after=1))
    old = client.push(end=False)
    new = client.push()
    client.exchange()
    client.h2.end_stream(old)
    client.exchange()
    assert client.resets == {old: 7}
    assert client.goaway[0] == new


def test_silence_answers_nobody_but_that_one(apple):
    client = apple.connect()
    silent = client.push(token_for(Silence()))
    other = client.push()
    client.exchange()
    assert list(client.statuses) == [other]
    assert silent not in client.resets
    assert apple.received.outcomes == {"accepted": 1, "rejected": 0, "unanswered": 1}


def test_a_silent_stream_does_not_hold_up_the_end_after_goaway(apple):
    client = apple.connect()
    client.push(token_for(Silence(processed=True)))
    client.exchange()
    client.connection.shut_down()
    client.exchange()
    assert client.wire.closing


def test_reset_resets_the_stream_with_the_code_asked_for(apple):
    client = apple.connect()
    apple.faults.add(Fault(fault="reset", error_code="ENHANCE_YOUR_CALM"))
    stream = client.push()
    client.exchange()
    assert client.resets == {stream: 11}


def test_close_cuts_the_connection_and_takes_nothing_more(apple):
    client = apple.connect()
    apple.faults.add(Fault(fault="close", after=1))
    for _ in range(3):
        client.push()
    client.exchange()
    assert client.wire.was_cut
    assert apple.received.outcomes == {"accepted": 1, "rejected": 0, "unanswered": 1}


def test_a_stream_that_the_client_cancels_is_forgotten(apple):
    client = apple.connect(max_concurrent_streams=1)
    silent = client.push(token_for(Silence()))
    client.exchange()
    client.h2.reset_stream(silent, 8)
    client.exchange()
    stream = client.push()
    client.exchange()
    assert client.statuses == {stream: "200"}


def test_a_certificate_for_the_other_environment_gets_goaway_after_the_settings(apple):
    sandbox_only = AUTHORITY.push_certificate("a.b", environments=frozenset({"sandbox"}))
    client = apple.connect(certificate=sandbox_only, environment="production")
    client.exchange()
    assert client.limits == [1000]
    assert client.goaway == (0, 0, b'{"reason":"BadCertificateEnvironment"}')
    assert client.wire.closing


def test_going_down_says_goaway_with_the_last_stream_that_was_processed(apple):
    client = apple.connect()
    stream = client.push()
    client.exchange()
    client.connection.shut_down()
    client.exchange()
    assert client.goaway == (stream, 0, b'{"reason":"Shutdown"}')


def test_a_request_without_authority_but_with_host_is_served(apple):
    client = apple.connect()
    headers = [(":method", "POST"), (":scheme", "https"), (":path", "/3/device/" + DEVICE)]
    client.h2.send_headers(1, [*headers, ("host", "localhost")])
    client.h2.send_data(1, b"{}", end_stream=True)
    client.exchange()
    assert client.statuses == {1: "200"}


def test_a_client_that_says_goaway_is_let_go(apple):
    client = apple.connect()
    client.push()
    client.exchange()
    client.h2.close_connection()
    client.connection.received(client.h2.data_to_send())
    assert client.wire.closing


def test_http_1_is_no_language_that_apple_speaks(apple):
    client = apple.connect()
    client.connection.received(b"POST /3/device/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert client.wire.closing
    assert apple.received.latest() == []


def test_a_header_list_above_the_announced_size_ends_the_connection(apple):
    client = apple.connect()
    client.push(fields=(("x-long", "y" * 8000),))
    client.exchange()
    assert client.goaway[1] == 11
    assert client.wire.closing


def test_what_a_broken_client_sent_is_not_logged(apple, caplog):
    client = apple.connect()
    client.push(fields=(("authorization", "bearer very.secret\0token"),))
    with caplog.at_level(logging.DEBUG, "apns_connector"):
        client.connection.received(client.h2.data_to_send())
    assert "HTTP/2 broken" in caplog.text
    assert "secret" not in caplog.text


def test_a_log_line_shows_no_more_of_a_device_token_than_its_end(apple, caplog):
    client = apple.connect()
    client.push()
    with caplog.at_level(logging.DEBUG, "apns_connector"):
        client.exchange()
    assert "…" + DEVICE[-8:] in caplog.text
    assert DEVICE not in caplog.text


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
FRAME_HEADS = st.builds(
    lambda length, kind, flags, stream: length.to_bytes(3) + bytes([kind, flags]) + stream,
    st.integers(0, 20),
    st.integers(0, 10),
    st.sampled_from([0, 1, 4, 5, 8, 0x20, 0xFF]),
    st.sampled_from([b"\0\0\0\0", b"\0\0\0\1", b"\0\0\0\2", b"\0\0\0\3", b"\xff\xff\xff\xff"]),
)


@given(st.lists(st.one_of(FRAME_HEADS, st.binary(max_size=30)), max_size=20), st.booleans())
def test_no_bytes_of_a_client_raise_anything(pieces, preface):
    decider = Decider(Policy(TokenPolicy({}, "sandbox", 0)), Faults(), lambda: 0.0)
    received = Received(10, lambda: 0.0)
    connection = Connection(1, SimulatorOptions(), decider, received, lambda connection: None)
    wire = Wire()
    connection.opened(wire, None)
    for piece in [PREFACE] * preface + pieces:
        if not wire.closing:
            connection.received(piece)
    connection.lost()
