"""The backend of this sample: a SOAP service that knows which device a customer has.

``python customers.py [PORT]`` serves until it is ended; port 0, the default, is a free one.
"""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEVICES = {"4711": "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad"}
ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body>'
    "</e:Envelope>"
)
DEVICE = '<c:device xmlns:c="urn:example:customers"><c:token>{}</c:token></c:device>'
FAULT = "<e:Fault><faultcode>e:Client</faultcode><faultstring>{}</faultstring></e:Fault>"


def answer(request: str) -> tuple[int, str]:
    """Status and envelope."""
    customer = re.search(r"<(?:\w+:)?customer>(\w+)<", request)
    token = DEVICES.get(customer[1]) if customer is not None else None
    if token is None:
        return 500, ENVELOPE.format(FAULT.format("No such customer"))
    return 200, ENVELOPE.format(DEVICE.format(token))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        status, envelope = answer(request.decode())
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=UTF-8")
        self.send_header("Content-Length", str(len(envelope.encode())))
        self.end_headers()
        self.wfile.write(envelope.encode())


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"CUSTOMER_SERVICE=http://127.0.0.1:{server.server_port}/customers", flush=True)
    server.serve_forever()
