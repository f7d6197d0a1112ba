"""How flows end, by a no or by a failure: rules 13, 14, 16, 18, 19."""

from __future__ import annotations

import pytest

from apns_connector.errors import InvalidDeployment, TransportError
from apns_connector.mediation.endpoints.transport import OutboundReply, OutboundRequest
from tests.acceptance.traps import deployments
from tests.acceptance.traps.deployments import template

AFTER = "<property name='after' value='1'/>"
SCHEMA = "<localEntry key='X'><s:schema xmlns:s='http://www.w3.org/2001/XMLSchema'/></localEntry>"
DEFINITIONS = f"""{SCHEMA}<sequence name='empty'/><sequence name='no'><drop/>{AFTER}</sequence>
    {template("no.template", "<drop/>" + AFTER)}"""

# 13: no.

NO = {
    "drop": "<drop/>",
    "respond": "<respond/>",
    "sequence": "<sequence key='no'/>",
    "template": "<call-template target='no.template'/>",
    "case": "<switch source=\"'a'\"><case regex='a'><drop/></case></switch>",
    "default": "<switch source=\"'a'\"><case regex='b'/><default><drop/></default></switch>",
    "else": "<filter xpath='false()'><then/><else><drop/></else></filter>",
    "then sequence": "<filter xpath='true()'><then sequence='no'/></filter>",
    "in": "<in><drop/></in>",
    "validate": "<validate><schema key='X'/><on-fail><drop/></on-fail></validate>",
    "script": "<script language='js'>false</script>",
    "iterate": "<iterate expression='//none'><target sequence='empty'/></iterate>",
    "clone": "<clone><target sequence='empty'/></clone>",
}


@pytest.mark.parametrize("no", NO.values(), ids=NO)
def test_13_a_no_ends_the_flow_of_all_lists_around_it(run, no):
    ran = run(f"<filter xpath='true()'><then>{no}{AFTER}</then></filter>{AFTER}", DEFINITIONS)
    assert not ran.went_on
    assert "after" not in ran.properties


GO_ON = {
    "no branch": "<filter xpath='false()'><then><drop/></then></filter>",
    "no case": "<switch source=\"'a'\"><case regex='b'><drop/></case></switch>",
    "out": "<out><drop/></out>",
    "empty branch": "<filter xpath='true()'><then/><else><drop/></else></filter>",
}


@pytest.mark.parametrize("mediator", GO_ON.values(), ids=GO_ON)
def test_13_what_runs_nothing_says_no_to_nothing(run, mediator):
    ran = run(mediator + AFTER)
    assert ran.went_on
    assert "after" in ran.properties


def test_13_a_failure_ends_the_flow_and_its_handler_does_not_resume_it(run):
    ran = run(
        f"<sequence name='guarded' onError='handler'>{FAIL}{AFTER}</sequence>{AFTER}",
        "<sequence name='handler'><property name='shown' value='handled'/></sequence>",
    )
    assert ran.shown == "handled"
    assert not ran.went_on
    assert "after" not in ran.properties


FAIL = "<sequence key='{$ctx:none}'/>"  # a key that is null: an exception


# 14: send.


class Backend:
    """A transport for which backends answer, or fail, as they are told to."""

    def __init__(self, failure: TransportError | None = None) -> None:
        self.failure = failure
        self.asked = 0

    async def exchange(self, request: OutboundRequest) -> OutboundReply:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return OutboundReply(200, (("Content-Type", "application/xml"),), b"<reply/>")


@pytest.mark.parametrize("inside", ["", "<endpoint><address uri='http://localhost/s'/></endpoint>"])
def test_14_send_ends_the_flow(tmp_path, inside):
    # ESB 4.8, 4.9 and Apache Synapse go on.
    sequence = f"<sequence name='tested'><send>{inside}</send>{AFTER}</sequence>"
    configuration = deployments.deploy(tmp_path, sequence)
    configuration.transport = Backend()
    ran = deployments.mediate(configuration)
    assert not ran.went_on
    assert "after" not in ran.properties
    assert configuration.transport.asked == bool(inside)


# 16: what is told of a failure.

TOLD = "<sequence name='handler'/>"


def guarded(failing: str, handler: str = "handler") -> str:
    return f"<sequence name='guarded' onError='{handler}'>{failing}</sequence>"


def test_16_a_failure_without_a_code_is_told_as_0(run):
    ran = run(guarded(FAIL), TOLD)
    assert ran.properties["ERROR_CODE"] == 0
    assert "\n" not in ran.properties["ERROR_MESSAGE"]
    assert ran.properties["ERROR_DETAIL"].startswith(ran.properties["ERROR_MESSAGE"])
    assert isinstance(ran.properties["ERROR_EXCEPTION"], Exception)


@pytest.mark.parametrize("code", ["APNS_000001", "0", ""])
def test_16_a_code_that_is_set_already_hides_the_failure(run, code):
    """It may be of an earlier failure that was handled, or of the step that fails itself."""
    set_ = f"<property name='ERROR_CODE' value='{code}'/>"
    ran = run(guarded(set_ + FAIL), TOLD)
    told = {name: text for name, text in ran.properties.items() if name.startswith("ERROR_")}
    assert told == {"ERROR_CODE": code}


def test_16_a_message_without_a_code_is_overwritten(run):
    ran = run(guarded(FAIL), TOLD, properties={"ERROR_MESSAGE": "stale", "ERROR_DETAIL": "stale"})
    assert ran.properties["ERROR_CODE"] == 0
    assert "stale" not in (ran.properties["ERROR_MESSAGE"], ran.properties["ERROR_DETAIL"])


def test_16_the_failure_of_a_handler_is_hidden_by_that_which_it_handles(run):
    second = "<makefault><code expression='$ctx:second'/><reason value=''/></makefault>"
    ran = run(
        guarded(guarded(FAIL, "failing")),
        f"<sequence name='failing'>{second}</sequence><sequence name='handler'>{AFTER}</sequence>",
    )
    assert "after" in ran.properties
    assert "second" not in ran.properties["ERROR_MESSAGE"]
    assert "second" not in str(ran.properties["ERROR_EXCEPTION"])


def test_16_a_mediator_that_tells_a_code_of_its_own_is_heard(run):
    throw = "<throwError type='T' errorMessage='said'/>"
    ran = run(guarded(throw), TOLD, properties={"ERROR_CODE": "stale", "ERROR_MESSAGE": "stale"})
    assert (ran.properties["ERROR_CODE"], ran.properties["ERROR_MESSAGE"]) == ("T", "said")


def test_16_a_copy_inherits_the_code_that_hides_its_own_failure(run):
    said = "<sequence><throwError type='T' errorMessage='said'/></sequence>"
    ran = run(
        f"<clone sequential='true'><target>{said}</target><target><sequence>{FAIL}</sequence>"
        "</target></clone>",
        "<sequence name='fault'><property name='code' scope='operation' "
        "expression=\"concat(get-property('operation', 'code'), $ctx:ERROR_CODE, ';')\"/>"
        "</sequence>",
        properties={"ERROR_CODE": "stale"},
    )
    assert ran.message.properties.get("code", "operation") == "T;stale;"


# 18: filter and switch.


def test_18_else_without_then_is_an_error(run):
    with pytest.raises(InvalidDeployment, match="<else> without <then>"):
        run("<filter xpath='1'><drop/><else/></filter>")


CHOICES = (
    "<filter source='//x' regex='{0}'><then><property name='filter' value='1'/></then></filter>"
    "<switch source='//x'><case regex='{0}'><property name='case' value='1'/></case></switch>"
)


@pytest.mark.parametrize("regex", ["b", "a", "c", "ab", "a.", "^a", "b|a"])
def test_18_a_pattern_that_matches_a_part_does_not_match(run, regex):
    assert run(CHOICES.format(regex), body="<x>abc</x>").properties == {}


@pytest.mark.parametrize("regex", ["abc", "a.*", ".*c", "^abc$", "a|abc", "(?i)ABC"])
def test_18_a_pattern_that_matches_the_whole_text_matches(run, regex):
    ran = run(CHOICES.format(regex), body="<x>abc</x>")
    assert ran.properties == {"filter": "1", "case": "1"}


@pytest.mark.parametrize("text", ["abc\n", "\nabc"])
def test_18_a_line_break_is_part_of_the_whole_text(run, text):
    choices = CHOICES.replace("//x", "//x/text()")
    ran = run(choices.format("abc"), body=f"<x>{text}</x>")
    assert ran.properties == {}


def test_18_null_matches_no_pattern_at_all(run):
    ran = run(CHOICES.replace("//x", "$ctx:none").format(".*"))
    assert ran.properties == {}


# 19: suspension.

REFUSED, TOO_SLOW, CLOSED, NO_HTTP = 101503, 101504, 101505, 101506
NOT_READY = 303001
SUSPEND = "<suspendOnFailure>{}</suspendOnFailure>"
NO_DURATION = {
    "nothing": "",
    "no duration": SUSPEND.format("<progressionFactor>1.0</progressionFactor>"),
    "negative": SUSPEND.format("<initialDuration>-1</initialDuration>"),
    "very negative": SUSPEND.format("<initialDuration>-5000</initialDuration>"),
}


@pytest.mark.parametrize("policy", NO_DURATION.values(), ids=NO_DURATION)
@pytest.mark.parametrize("code", [REFUSED, TOO_SLOW, CLOSED, NO_HTTP])
def test_19_an_endpoint_without_initial_duration_rests_for_30_seconds(tmp_path, policy, code):
    configuration = deployments.deploy(tmp_path, endpoint(policy))
    configuration.transport = backend = Backend(TransportError("no", code))

    def told_at(seconds: float) -> int | None:
        configuration.clock = lambda: seconds
        return deployments.mediate(configuration).properties.get("ERROR_CODE")

    assert told_at(100.0) == code
    backend.failure = None
    assert told_at(100.0) == NOT_READY
    assert told_at(129.9) == NOT_READY
    assert backend.asked == 1
    assert told_at(130.0) is None
    assert told_at(130.0) is None
    assert backend.asked == 3


def test_19_a_duration_of_nought_means_no_rest(tmp_path):
    none = endpoint(SUSPEND.format("<initialDuration>0</initialDuration>"))
    configuration = deployments.deploy(tmp_path, none)
    configuration.transport = backend = Backend(TransportError("no", REFUSED))
    configuration.clock = lambda: 100.0
    for _ in range(3):
        assert deployments.mediate(configuration).properties["ERROR_CODE"] == REFUSED
    assert backend.asked == 3


def endpoint(policy: str) -> str:
    call = f"<call><endpoint><address uri='http://localhost/s'>{policy}</address></endpoint></call>"
    return f"<sequence name='tested'>{guarded(call)}</sequence>{TOLD}"
