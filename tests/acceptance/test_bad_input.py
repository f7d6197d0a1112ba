"""A thousand mutations of a good request: always a SOAP fault or an HTTP 4xx, never a hang, a 500
without a fault or a dead process, and the next good request is answered."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
GOOD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<apns:pushMessage xmlns:apns="urn:org.wso2.carbon.connector.apns">'
    f"<apns:deviceToken>{TOKEN}</apns:deviceToken><apns:alert>Hällo</apns:alert>"
    "</apns:pushMessage></soapenv:Body></soapenv:Envelope>"
).encode()
HEADERS = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '"urn:pushMessage"'}

Mutation = Callable[[random.Random], tuple[bytes, dict[str, str]]]

DOCTYPES = (
    b'<!DOCTYPE a [<!ENTITY x "boom">]>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
    b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c '
    b'"&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY x "&d;&d;&d;">]>',
)
CONTENT_TYPES = (
    "application/json", "text/plain", "", "text/xml; charset=utf-99", "application/soap+xml",
    "multipart/related", "multipart/related; boundary=", 'multipart/related; boundary="b"',
    "text/xml; charset=UTF-16", "image/png", "text/xml;;;=", "multipart/form-data; boundary=x",
    'multipart/related; type="text/xml"; start="<none>"; boundary="--"', "\x00", "*/*",
)  # fmt: skip


def truncated(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    return GOOD[: chance.randrange(len(GOOD))], HEADERS


def bytes_changed(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    body = bytearray(GOOD)
    for _ in range(chance.randint(1, 8)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body), HEADERS


def parts_repeated_or_lost(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    a, b = sorted(chance.sample(range(len(GOOD)), 2))
    part = GOOD[a:b] * chance.choice((0, 2, 5))
    return GOOD[:a] + part + GOOD[b:], HEADERS


def another_encoding(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-32", "latin-1", "cp037", "utf-7"))
    return GOOD.decode().encode(encoding, "replace"), HEADERS


def entities(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    doctype = chance.choice(DOCTYPES)
    body = GOOD.replace(b"?>\n", b"?>" + doctype).replace("Hällo".encode(), b"&x;")
    return body, HEADERS


def a_huge_attribute(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    size = chance.choice((10_000, 1_000_000, 11_000_000))
    return GOOD.replace(b"<apns:alert>", b'<apns:alert a="' + b"x" * size + b'">'), HEADERS


def deep_nesting(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    depth = chance.choice((100, 300, 5_000, 100_000))
    return GOOD.replace("Hällo".encode(), b"<a>" * depth + b"</a>" * depth), HEADERS


def many_elements(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    return GOOD.replace("Hällo".encode(), b"<a/>" * chance.choice((1_000, 300_000))), HEADERS


def a_wrong_content_type(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    return GOOD, {**HEADERS, "Content-Type": chance.choice(CONTENT_TYPES)}


def broken_mime(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    body = (
        b"--b\r\nContent-Type: text/xml\r\nContent-ID: <r>\r\n\r\n" + GOOD
        + b"\r\n--b\r\nContent-ID: <c>\r\nContent-Transfer-Encoding: base64\r\n\r\nAA==\r\n--b--"
    )  # fmt: skip
    cut = bytearray(body[: chance.randrange(len(body))])
    if cut and chance.random() < 0.5:
        cut[chance.randrange(len(cut))] = chance.randrange(256)
    kind = 'multipart/related; type="text/xml"; start="<r>"; boundary="b"'
    return bytes(cut), {**HEADERS, "Content-Type": kind}


def no_text_at_all(chance: random.Random) -> tuple[bytes, dict[str, str]]:
    return chance.randbytes(chance.choice((0, 1, 10, 1_000, 100_000))), HEADERS


MUTATIONS: dict[Mutation, int] = {
    truncated: 200,
    bytes_changed: 250,
    parts_repeated_or_lost: 150,
    another_encoding: 40,
    entities: 40,
    a_huge_attribute: 20,
    deep_nesting: 40,
    many_elements: 10,
    a_wrong_content_type: 60,
    broken_mime: 140,
    no_text_at_all: 50,
}


@pytest.fixture(scope="module")
def gateway(serve) -> Iterator[object]:
    return serve("seed-sample")


def test_there_are_a_thousand_of_them():
    assert sum(MUTATIONS.values()) == 1_000


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.__name__)
def test_a_bad_request_gets_a_fault_or_a_4xx_and_the_next_good_one_is_answered(gateway, mutation):
    chance = random.Random(mutation.__name__)
    for number in range(MUTATIONS[mutation]):
        body, headers = mutation(chance)
        status, _, answer = gateway.request(body, headers)
        told = b"Fault" in answer or 400 <= status < 500
        # A mutation can leave a request that is still good, or a plain payload that is not SOAP.
        well = status == 200 and b"dispatchToDeviceResult" in answer
        pox = status == 500 and b"<Exception>" in answer
        assert told or well or pox, (number, status, answer[:500], body[:300])
        assert b"Traceback" not in answer
        assert b"root:" not in answer, "the content of /etc/passwd"
    status, _, answer = gateway.request(GOOD, HEADERS)
    assert (status, b"<apns:successful>true" in answer) == (200, True)


def test_nothing_of_it_was_unexpected_to_the_gateway(gateway):
    log = gateway.command.log.read_text()
    assert "Traceback" not in log
    assert gateway.command.process.poll() is None
