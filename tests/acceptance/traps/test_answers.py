"""What reaches the client over HTTP: rules 14, 15 and 17."""

from __future__ import annotations

import pytest

from apns_connector.mediation.message import Message
from apns_connector.mediation.soap import SoapVersion
from tests.acceptance.traps import deployments
from tests.acceptance.traps.deployments import Answer, Request

REQUESTS = {
    "soap11": Request(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><q/></e:Body>"
        "</e:Envelope>",
        "text/xml",
    ),
    "soap12": Request(
        "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Body><q/></e:Body>"
        "</e:Envelope>",
        "application/soap+xml",
    ),
    "xml": Request("<q/>", "application/xml"),
    "json": Request('{"q": 1}', "application/json"),
}

UNANSWERED = {
    "nothing": "",
    "log": "<log/>",
    "drop": "<drop/>",
    "no of a branch": "<filter xpath='true()'><then><drop/></then></filter><respond/>",
    "default fault sequence": "<throwError type='T' errorMessage='no'/><respond/>",
}
each_unanswered = pytest.mark.parametrize("flow", UNANSWERED.values(), ids=UNANSWERED)


def proxy(flow: str, fault: str = "") -> str:
    target = f"<target><inSequence>{flow}</inSequence>{fault}</target>"
    return f"<proxy name='P'>{target}</proxy>"


def is_202_and_empty(answer: Answer) -> bool:
    return (
        (answer.status, answer.body) == (202, b"")
        and answer.headers["Content-Length"] == "0"
        and answer.headers["Content-Type"] is None
    )


# 14: send.


def test_14_what_follows_send_is_not_run_and_the_caller_has_its_answer(ask):
    payload = "<payloadFactory><format><{} xmlns=''/></format><args/></payloadFactory>"
    flow = f"{payload.format('before')}<send/>{payload.format('after')}<respond/>"
    (answer,) = ask(proxy(flow), REQUESTS["xml"])
    assert (answer.status, answer.xml.tag) == (200, "before")


# 15: no answer.


@each_unanswered
def test_15_the_end_of_a_flow_without_respond_answers_202_empty(ask, flow):
    answers = ask(proxy(flow), *REQUESTS.values())
    assert len(answers) == len(REQUESTS)
    assert all(map(is_202_and_empty, answers))


@each_unanswered
def test_15_an_api_answers_202_empty_as_well(ask, flow):
    resource = f"<resource methods='POST'><inSequence>{flow}</inSequence></resource>"
    (answer,) = ask(f"<api name='A' context='/a'>{resource}</api>", Request(path="/a"))
    assert is_202_and_empty(answer)


@pytest.mark.parametrize("ending", ["", "<drop/>"])
def test_15_a_fault_sequence_that_does_not_respond_answers_202_empty(ask, ending):
    fail = "<throwError type='T' errorMessage='no'/>"
    (answer,) = ask(proxy(fail, f"<faultSequence><log/>{ending}</faultSequence>"), Request())
    assert is_202_and_empty(answer)


def test_15_a_store_without_respond_answers_202_empty_too(tmp_path):
    # Synapse writes nothing here: the client waits until it gives up, which is of use to nobody.
    definitions = proxy("<store messageStore='S'/>") + "<messageStore name='S'/>"
    configuration = deployments.deploy(tmp_path, definitions)
    configuration.keeper = keeper = Keeper()
    (answer,) = deployments.ask(configuration, Request())
    assert is_202_and_empty(answer)
    assert keeper.kept == [("S", "request")]


class Keeper:
    """Notes which store is given what."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []

    async def keep(self, store_name: str, message: Message) -> None:
        assert message.payload is not None
        self.kept.append((store_name, message.payload.tag))


# 17: fault codes.

FAULT = """<makefault version="{0}"><code expression="{1}"/><reason value="why"/></makefault>
    <respond/>"""


@pytest.mark.parametrize("code", ["'APNS_000001'", "'101503'", "'Two words'"])
@pytest.mark.parametrize("version", [SoapVersion.SOAP11, SoapVersion.SOAP12])
def test_17_the_code_of_an_expression_is_a_name_in_the_namespace_of_soap(ask, version, code):
    name = version.name.lower()
    (answer,) = ask(proxy(FAULT.format(name, code)), REQUESTS[name])
    assert answer.status == 500
    path = "faultcode" if version is SoapVersion.SOAP11 else f"{{{version.namespace}}}Value"
    element = answer.xml.find(f".//{path}")
    prefix, colon, local = element.text.partition(":")
    assert (colon, local) == (":", code.strip("'"))
    assert element.nsmap[prefix] == version.namespace
