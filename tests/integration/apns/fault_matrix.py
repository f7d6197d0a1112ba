"""The fault matrix: what can go wrong between a client and Apple, and what becomes of each
notification then. A number of outcomes is exact, or a range where it depends on what was under way.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from apns_connector.simulator import Fault, rejection
from apns_connector.simulator.behaviour import ACCEPTED as ACCEPTANCE
from tests.integration.apns import fault_scripts as play
from tests.integration.apns.fault_causes import (
    Cause,
    another_authority,
    checking_certificates,
    going_away,
    no_tls,
    nobody_listens,
    scripted,
    simulated,
)
from tests.integration.apns.fault_scripts import MANY
from tests.integration.apns.judge import Kind
from tests.integration.apns.scripted_server import accept_all

ACCEPTED, REJECTED, NOT_SENT, UNKNOWN = Kind
ALL = MANY
# Of several attempts the last one may be on its way, or in line, when the time is up.
LAST_OF_SEVERAL = {REJECTED: range(1, ALL + 1), NOT_SENT: range(ALL), UNKNOWN: range(ALL)}

TOO_MANY_STREAMS = "Maximum active streams violated for this endpoint."
NARROW_STREAMS = {SettingCodes.INITIAL_WINDOW_SIZE: 1000}
CUT_ACCEPTANCES = play.cut_after_each_byte(ACCEPTANCE)
CUT_REJECTIONS = play.cut_after_each_byte(rejection("BadDeviceToken"))


@dataclass(frozen=True)
class Row:
    """``device``: the first digits of all device tokens, which tell the simulator what to do.
    ``credentials``: who sends. ``timeout``: seconds; short where its end is what is expected.
    ``at_once``: all are sent before any answer, not as a stream. ``body``: bytes of each
    notification. ``says``: what those not accepted are told, as a pattern. ``heals``: afterwards
    one more is accepted. ``every_loop``: asyncio's and uvloop's; else the first of them will do.
    ``long``: left out of a short run."""

    name: str
    cause: Cause
    outcomes: dict[Kind, int | range]
    number: int = MANY
    device: str = ""
    credentials: str = "certificate"
    timeout: float = 15
    under_way: int = 2000
    at_once: bool = False
    connections: int = 8
    body: int = 100
    says: str = ""
    heals: bool = True
    every_loop: bool = False
    long: bool = False


def after(requests: int, fault: str, **fields: object) -> Fault:
    return Fault(fault=fault, after=requests, **fields)


NO_WAY_TO_THE_SERVER = (
    Row(
        "nobody listens",
        nobody_listens,
        {NOT_SENT: ALL},
        timeout=0.5,
        says="cannot be reached",
        heals=False,
        every_loop=True,
    ),
    Row(
        "TCP cut three times before TLS",
        simulated(after(0, "refuse", count=3)),
        {ACCEPTED: ALL},
        every_loop=True,
    ),
    Row(
        "an untrusted server",
        another_authority,
        {NOT_SENT: ALL},
        says="is not trusted",
        heals=False,
        every_loop=True,
    ),
    Row(
        "a server of another name",
        simulated(host="127.0.0.2"),
        {NOT_SENT: ALL},
        says="is not trusted: IP address mismatch",
        heals=False,
        every_loop=True,
    ),
    Row(
        "no TLS",
        no_tls,
        {NOT_SENT: ALL},
        timeout=0.5,
        says="cannot be reached: ",
        heals=False,
        every_loop=True,
    ),
    Row("garbage instead of HTTP/2", scripted(play.garbage_at_once), {ACCEPTED: ALL}),
    Row(
        "garbage instead of HTTP/2, always",
        scripted(then=play.garbage_at_once),
        {NOT_SENT: ALL},
        timeout=0.5,
        says="this is no HTTP/2 server",
        heals=False,
    ),
)

# A certificate that has expired before is refused when the client is made: test_sender.
CREDENTIALS_THAT_WILL_NOT_DO = (
    *(
        Row(
            f"a certificate that expires while it is in use, {version.name}",
            checking_certificates(version),
            {NOT_SENT: ALL},
            credentials="expiring",
            says="refuses the TLS connection: the client certificate has expired",
            heals=False,
        )
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    ),
    *(
        Row(
            f"a revoked certificate, {version.name}",
            checking_certificates(version),
            {NOT_SENT: ALL},
            credentials="revoked",
            says="refuses the TLS connection: the client certificate has been revoked",
            heals=False,
            every_loop=True,
        )
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    ),
    Row(
        "a certificate of the other environment: GOAWAY BadCertificateEnvironment",
        simulated(environment="production"),
        {REJECTED: ALL},
        credentials="of the sandbox",
        says="^BadCertificateEnvironment$",
        heals=False,
        every_loop=True,
    ),
    Row(
        "ExpiredProviderToken, then a stuck connection",
        scripted(play.expired_token_then_stuck),
        {ACCEPTED: 2, UNKNOWN: MANY - 2},
        credentials="signing key",
        timeout=3,
        says="did not answer in time",
    ),
)

GOAWAY = (
    Row(
        "GOAWAY in the middle of 1,000 streams, the older ones answered",
        scripted(play.goaway_halfway(1000, answers=True)),
        {ACCEPTED: 1000},
        number=1000,
        at_once=True,
        every_loop=True,
    ),
    Row(
        "GOAWAY in the middle of 1,000 streams, the older ones not answered",
        scripted(play.goaway_halfway(1000, answers=False)),
        {ACCEPTED: 500, UNKNOWN: 500},
        number=1000,
        at_once=True,
        every_loop=True,
    ),
    Row("GOAWAY in two steps", scripted(play.goaway_in_two_steps), {ACCEPTED: ALL}),
    Row("GOAWAY in JSON", simulated(after(9, "goaway", count=2)), {ACCEPTED: ALL}),
    Row("GOAWAY without a word", simulated(after(9, "goaway", debug="")), {ACCEPTED: ALL}),
    Row(
        "GOAWAY in plain text",
        simulated(after(9, "goaway", error_code="REFUSED_STREAM", debug=TOO_MANY_STREAMS)),
        {ACCEPTED: ALL},
    ),
    Row(
        "GOAWAY that covers a request and leaves it unanswered",
        simulated(after(ALL - 1, "goaway", processed=True)),
        {ACCEPTED: ALL - 1, UNKNOWN: 1},
    ),
    Row(
        "GOAWAY after every 500 of 100,000",
        simulated(after(499, "goaway", count=None)),
        {ACCEPTED: 100_000},
        number=100_000,
        timeout=60,
        every_loop=True,
        long=True,
    ),
)

# Refused streams may be sent again; all others may have been processed.
RST_STREAM = (
    Row("RST_STREAM REFUSED_STREAM", simulated(after(4, "reset", count=2)), {ACCEPTED: ALL}),
    *(
        Row(
            f"RST_STREAM {code.name}",
            simulated(
                after(4, "reset", error_code=code.name),
                after(9, "reset", error_code=code.name, processed=True),
            ),
            {ACCEPTED: ALL - 2, UNKNOWN: 2},
            says=f"the server reset the stream .{code.name}",
        )
        for code in ErrorCodes
        if code is not ErrorCodes.REFUSED_STREAM
    ),
)

SETTINGS_AND_FLOW_CONTROL = (
    Row(
        "down to 1 stream and up again",
        simulated(
            after(50, "settings", max_concurrent_streams=1),
            after(100, "settings", max_concurrent_streams=50),
            after(150, "settings", max_concurrent_streams=1),
            after(200, "settings", max_concurrent_streams=1000),
            max_concurrent_streams=100,
        ),
        {ACCEPTED: 400},
        number=400,
    ),
    Row(
        "no stream at first",
        scripted(play.no_stream_at_first, settings={SettingCodes.MAX_CONCURRENT_STREAMS: 0}),
        {ACCEPTED: ALL},
    ),
    Row(
        "a connection window that opens late",
        scripted(play.narrow_window(10_000), opens_windows=False),
        {ACCEPTED: 40},
        number=40,
        body=4000,
        connections=1,
    ),
    Row(
        "a connection window that never opens",
        scripted(accept_all, opens_windows=False),
        {ACCEPTED: 65_535 // 4000, NOT_SENT: 40 - 65_535 // 4000},
        number=40,
        body=4000,
        connections=1,
        timeout=3,
    ),
    Row(
        "stream windows that open late",
        scripted(
            play.narrow_stream_windows(1000, by_settings=False),
            settings=NARROW_STREAMS,
            opens_windows=False,
        ),
        {ACCEPTED: ALL},
        body=4000,
    ),
    Row(
        "stream windows that open late, by SETTINGS",
        scripted(
            play.narrow_stream_windows(1000, by_settings=True),
            settings=NARROW_STREAMS,
            opens_windows=False,
        ),
        {ACCEPTED: ALL},
        body=4000,
    ),
    Row(
        "stream windows that never open",
        scripted(then=accept_all, settings=NARROW_STREAMS, opens_windows=False),
        {NOT_SENT: ALL},
        body=4000,
        timeout=0.5,
        heals=False,
    ),
)

SILENCE = (
    Row(
        "one answer that never comes",
        simulated(after(9, "silence")),
        {ACCEPTED: ALL - 1, UNKNOWN: 1},
        timeout=3,
    ),
    Row("silence after the requests", scripted(play.silence), {UNKNOWN: ALL}, timeout=1),
    Row(
        "silence after the requests, while more are taken up",
        scripted(play.silence),
        {ACCEPTED: 100, UNKNOWN: 50},
        number=150,
        timeout=3,
        under_way=50,
        heals=False,
        every_loop=True,
    ),
    Row(
        "half a frame, then silence",
        scripted(play.half_a_frame),
        {ACCEPTED: 1, UNKNOWN: ALL - 1},
        timeout=3,
    ),
    Row("answers after the deadline", scripted(play.too_late), {UNKNOWN: ALL}, timeout=1),
    Row("a stall shorter than the timeout", scripted(play.stall(1)), {ACCEPTED: ALL}, timeout=5),
    Row(
        "a stall of 10 seconds",
        scripted(play.stall(10)),
        {ACCEPTED: ALL},
        timeout=20,
        every_loop=True,
        long=True,
    ),
)

THE_END_OF_A_CONNECTION = (
    Row(
        "the end after each byte of an acceptance",
        scripted(*CUT_ACCEPTANCES),
        {ACCEPTED: len(CUT_ACCEPTANCES) + 1, UNKNOWN: len(CUT_ACCEPTANCES) - 1},
        number=2 * len(CUT_ACCEPTANCES),
        under_way=1,
        heals=False,
        every_loop=True,
    ),
    Row(
        "the end after each byte of a rejection",
        scripted(*CUT_REJECTIONS),
        {ACCEPTED: len(CUT_REJECTIONS), UNKNOWN: len(CUT_REJECTIONS) - 1, REJECTED: 1},
        number=2 * len(CUT_REJECTIONS),
        under_way=1,
        heals=False,
        every_loop=True,
    ),
    Row(
        "garbage among the answers",
        scripted(play.garbage_among_the_answers),
        {ACCEPTED: 5, UNKNOWN: ALL - 5},
        says="the server broke HTTP/2",
    ),
    Row(
        "TCP cut in front of a notification",
        simulated(after(9, "close"), max_concurrent_streams=1),
        {ACCEPTED: ALL - 1, UNKNOWN: 1},
        connections=1,
        every_loop=True,
    ),
    Row(
        "TCP cut behind a notification",
        simulated(after(9, "close", processed=True), max_concurrent_streams=1),
        {ACCEPTED: ALL - 1, UNKNOWN: 1},
        connections=1,
        every_loop=True,
    ),
    Row(
        "the server goes away for a second",
        going_away(seconds=1),
        {ACCEPTED: range(250, 301), UNKNOWN: range(51)},
        number=300,
        under_way=50,
    ),
    *(
        Row(
            f"TCP cut after every 500 of {number:,}",
            simulated(after(499, "close", count=None)),
            {ACCEPTED: range(number * 4 // 5, number), UNKNOWN: range(1, number // 5)},
            number=number,
            timeout=60,
            under_way=50,
            every_loop=long,
            long=long,
        )
        for number, long in ((5_000, False), (100_000, True))
    ),
)

LATER_OR_ELSEWHERE = (
    Row("503 Shutdown, once for each device", simulated(), {ACCEPTED: ALL}, device="bad15032"),
    Row("503 Shutdown, always", simulated(), LAST_OF_SEVERAL, device="bad05032", timeout=1),
    Row("429 once for each device", simulated(), {ACCEPTED: ALL}, device="bad14292"),
    Row("429 always", simulated(), LAST_OF_SEVERAL, device="bad04292", timeout=1),
)

FAULT_MATRIX = (
    *NO_WAY_TO_THE_SERVER,
    *CREDENTIALS_THAT_WILL_NOT_DO,
    *GOAWAY,
    *RST_STREAM,
    *SETTINGS_AND_FLOW_CONTROL,
    *SILENCE,
    *THE_END_OF_A_CONNECTION,
    *LATER_OR_ELSEWHERE,
)
