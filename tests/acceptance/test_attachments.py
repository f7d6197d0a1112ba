"""The certificate as an attachment: requests written by hand, byte for byte."""

from __future__ import annotations

import base64

import pytest

TOKEN = "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SUCCESS = b"<apns:successful>true</apns:successful>"


@pytest.fixture(scope="module")
def gateway(serve):
    return serve("attachment")


@pytest.fixture(scope="module")
def certificate(apple) -> bytes:
    return apple.credentials.client_certificate.read_bytes()


def envelope(namespace: str, extra: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\r\n<s:Envelope xmlns:s="{namespace}"><s:Body>'
        '<apns:pushMessage xmlns:apns="urn:org.wso2.carbon.connector.apns">'
        f"<apns:deviceToken>{TOKEN}</apns:deviceToken>{extra}"
        "</apns:pushMessage></s:Body></s:Envelope>"
    ).encode()


def test_a_soap_message_with_attachments(gateway, certificate, empty_apple):
    body = b"".join(
        (
            b"This preamble is for people who cannot read MIME.\r\n",
            b"--=_boundary 1\r\n",
            b"Content-Type: text/xml; charset=utf-8\r\n",
            b"Content-Transfer-Encoding: 8bit\r\n",
            b"Content-ID: <root@example.com>\r\n",
            b"\r\n",
            envelope(SOAP11),
            b"\r\n--=_boundary 1\r\n",
            b"content-type: application/x-pkcs12;\r\n\tname=push.p12\r\n",
            b"CONTENT-TRANSFER-ENCODING: binary\r\n",
            b"content-id: <certificate>\r\n",
            b"\r\n",
            certificate,
            b"\r\n--=_boundary 1--\r\nAn epilogue.\r\n",
        )
    )
    headers = {
        "Content-Type": 'multipart/related; type="text/xml"; start="<root@example.com>"; '
        'boundary="=_boundary 1"',
        "SOAPAction": '""',
    }
    status, fields, answer = gateway.request(body, headers)
    assert (status, fields["content-type"]) == (200, "text/xml; charset=UTF-8")
    assert SUCCESS in answer
    assert [n["payload"] for n in empty_apple.notifications()] == [
        {"aps": {"alert": "Hello iOS", "badge": 0}}
    ]


@pytest.mark.parametrize(
    ("namespace", "media_type"), [(SOAP11, "text/xml"), (SOAP12, "application/soap+xml")]
)
def test_an_mtom_message(gateway, certificate, empty_apple, namespace, media_type):
    include = (
        '<apns:file><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
        'href="cid:certificate"/></apns:file>'
    )
    body = b"".join(
        (
            b"--uuid:1-2-3\r\n",
            b'Content-Type: application/xop+xml; charset=UTF-8; type="',
            media_type.encode(),
            b'"\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <root.message@cxf>\r\n\r\n',
            envelope(namespace, include),
            b"\r\n--uuid:1-2-3\r\n",
            b"Content-Type: application/x-pkcs12\r\nContent-Transfer-Encoding: base64\r\n",
            b"Content-ID: <certificate>\r\n\r\n",
            base64.encodebytes(certificate).replace(b"\n", b"\r\n"),
            b"\r\n--uuid:1-2-3--",
        )
    )
    headers = {
        "Content-Type": 'multipart/related; type="application/xop+xml"; '
        f'start="<root.message@cxf>"; start-info="{media_type}"; boundary="uuid:1-2-3"'
    }
    status, fields, answer = gateway.request(body, headers)
    assert status == 200, answer
    assert fields["content-type"].startswith(media_type)
    assert SUCCESS in answer
    assert len(empty_apple.notifications()) == 1


def test_without_the_attachment_the_fault_says_which_one_is_missing(gateway):
    status, _, answer = gateway.request(envelope(SOAP11), {"Content-Type": "text/xml"})
    assert status == 500
    assert b"APNS_000002" in answer
    assert b"Cannot extract certificate attachment for the name certificate" in answer


def test_a_truncated_message_with_attachments_is_refused(gateway):
    body = b"--b\r\nContent-Type: text/xml\r\n\r\n" + envelope(SOAP11)[:-20]
    headers = {"Content-Type": 'multipart/related; type="text/xml"; boundary="b"'}
    status, _, answer = gateway.request(body, headers)
    assert status == 400
    assert b"Fault" in answer
