"""Many requests at once must be, byte for byte, what they are one by one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apns_connector.apns.header_block import APNS_ID, DELETE, GET, Field
from tests.ordinary import ordinary_size

ALERT = ((b"apns-topic", b"com.example.app"), (b"apns-push-type", b"alert"))
OTHER = ((b"apns-topic", b"com.example.other"),)
PATH = b"/3/device/" + b"ab" * 32


@dataclass
class Asked:
    number: int
    path: bytes = PATH
    constant: tuple[Field, ...] = ALERT
    more: tuple[Field, ...] = ()
    body: bytes | None = b'{"aps":{}}'
    stream_id: int = 0

    @property
    def apns_id(self) -> bytes:
        return b"%036d" % self.number

    @property
    def ordinary_size(self) -> int:
        return ordinary_size(self.path, self.apns_id, self.more, self.body)

    @property
    def varying(self) -> tuple[Field, ...]:
        return ((APNS_ID, self.apns_id), *self.more)


def often(value, *others):
    """``value`` in most cases."""
    return st.one_of(*[st.just(value)] * 6, st.sampled_from([value, *others]))


REQUESTS = st.lists(
    st.builds(
        Asked,
        st.integers(0, 10**36 - 1),
        path=often(PATH, b"/3/device/" + b"cd" * 32, PATH + b"ab", PATH[:-2], b"/4/broadcasts"),
        constant=often(ALERT, OTHER, (GET, *ALERT), (DELETE,)),
        more=often((), ((b"apns-expiration", b"0"),), ((b"x", b"y" * 300),)),
        body=often(b"{}", b"", b"x" * 100, b"x" * 16_384, b"x" * 16_385, None),
    ),
    max_size=30,
)


@given(
    requests=REQUESTS,
    batches=st.integers(1, 4),
    window=st.sampled_from([0, 50, 65_535, 1 << 20]),
    table=st.sampled_from([0, 100, 4096]),
    authorization=st.sampled_from([None, b"bearer a", b"b" * 17_000]),
)
@settings(max_examples=300, deadline=None)
def test_many_are_what_they_are_one_by_one(join, requests, batches, window, table, authorization):
    def pair():
        return join(
            authorization=authorization, initial_window_size=window, header_table_size=table
        )

    together, alone = pair().client, pair().client
    for client in (together, alone):  # from here on the peer's table knows what repeats
        for number, constant in enumerate((ALERT, OTHER)):
            asked = Asked(number, constant=constant, body=b"")
            client.send(number, asked.path, asked.constant, asked.varying, asked.body)
    sent = 2
    for first in range(batches):
        batch = requests[first::batches]
        count = together.send_all(batch)
        sent += count
        for asked in batch[:count]:
            stream_id = alone.send(asked, asked.path, asked.constant, asked.varying, asked.body)
            assert asked.stream_id == stream_id
        assert count == len(batch) or not together.ready
    assert together.open_tags() == alone.open_tags()
    assert len(together.open_tags()) == sent
    assert together.data_to_send() == alone.data_to_send()
    assert together.room == alone.room


def test_of_alike_ones_each_goes_where_it_should_and_as_what_it_is(join):
    pair = join()
    first = [Asked(number, constant=constant) for number, constant in enumerate((ALERT, OTHER))]
    rest = [
        Asked(2),
        Asked(3, path=b"/3/device/" + b"cd" * 32),
        Asked(4, constant=OTHER),
        Asked(5, path=b"/3/device/" + b"ef" * 33),
        Asked(6, more=((b"apns-expiration", b"0"),)),
        Asked(7, constant=OTHER, body=b"{ }"),
    ]
    assert pair.client.send_all(first) + pair.client.send_all(rest) == 8
    pair.exchange()
    for asked, seen in zip([*first, *rest], pair.requests.values(), strict=True):
        assert seen[":path"] == asked.path
        assert seen["apns-id"] == asked.apns_id
        assert seen["apns-topic"] == dict(asked.constant)[b"apns-topic"]
        assert seen.body == asked.body
    assert list(pair.requests.values())[6]["apns-expiration"] == b"0"


def test_a_strict_server_reads_each_of_them(join):
    pair = join(authorization=b"bearer a")
    assert pair.client.send_all([Asked(number) for number in range(5)]) == 5
    pair.exchange()
    assert [request["apns-id"] for request in pair.requests.values()] == [
        b"%036d" % number for number in range(5)
    ]
    assert all(request[":path"] == PATH for request in pair.requests.values())
    assert all(request.body == b'{"aps":{}}' for request in pair.requests.values())
    assert all(request.ended for request in pair.requests.values())


def test_a_body_that_a_stream_has_no_window_for_waits_behind_alike_ones(join):
    pair = join(initial_window_size=50)
    assert pair.client.send_all([Asked(0), Asked(1)]) == 2
    pair.client.data_to_send()
    long = Asked(3, body=b"x" * 100)
    assert pair.client.send_all([Asked(2), long]) == 2
    assert pair.client.data_to_send().endswith(b"x" * 50)
    assert not pair.client.cancel(long.stream_id), "it is not written in full"


def test_none_is_sent_once_the_window_is_used_up(join):
    pair = join(gives_window_back=False, initial_window_size=1 << 20)
    requests = [Asked(number, body=b"x" * 16_000) for number in range(9)]
    assert pair.client.send_all(requests) == 5  # the fifth of 16000 is begun within 65535
    assert pair.client.open_tags() == requests[:5]
    assert pair.client.room == 0
    assert pair.client.send_all(requests[5:]) == 0


@pytest.mark.parametrize("value", [b"bearer new", b"c" * 17_000])
def test_a_new_authorization_is_in_the_next_one(join, value):
    pair = join(authorization=b"bearer old")
    pair.client.send_all([Asked(number) for number in range(3)])
    pair.client.authorize(value)
    pair.client.send_all([Asked(number) for number in range(3, 6)])
    pair.exchange()
    shown = [request["authorization"] for request in pair.requests.values()]
    assert shown == [b"bearer old"] * 3 + [value] * 3
