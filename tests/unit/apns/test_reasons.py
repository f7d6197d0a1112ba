"""Apple's reasons, written down a second time: name, status, our code, what to do."""

from __future__ import annotations

import pytest

from apns_connector.apns.reasons import REASONS, Action, Reason, explain

TABLE = """
BadCollapseId                400  APNS_000001  FIX
BadDeviceToken               400  APNS_000001  FORGET_TOKEN
BadExpirationDate            400  APNS_000001  FIX
BadMessageId                 400  APNS_000001  FIX
BadPriority                  400  APNS_000001  FIX
BadTopic                     400  APNS_000001  FIX
DeviceTokenNotForTopic       400  APNS_000001  FORGET_TOKEN
DuplicateHeaders             400  APNS_000001  FIX
IdleTimeout                  400  APNS_000004  NEW_CONNECTION
InvalidPushType              400  APNS_000001  FIX
MissingDeviceToken           400  APNS_000001  FIX
MissingTopic                 400  APNS_000001  FIX
PayloadEmpty                 400  APNS_000006  FIX
TopicDisallowed              400  APNS_000002  CREDENTIALS
BadCertificate               403  APNS_000002  CREDENTIALS
BadCertificateEnvironment    403  APNS_000002  CREDENTIALS
ExpiredProviderToken         403  APNS_000002  NEW_TOKEN
Forbidden                    403  APNS_000002  CREDENTIALS
InvalidProviderToken         403  APNS_000002  CREDENTIALS
MissingProviderToken         403  APNS_000002  CREDENTIALS
UnrelatedKeyIdInToken        403  APNS_000002  CREDENTIALS
BadEnvironmentKeyIdInToken   403  APNS_000002  CREDENTIALS
BadEnvironmentKeyInToken     403  APNS_000002  CREDENTIALS
BadPath                      404  APNS_000001  FIX
MethodNotAllowed             405  APNS_000007  FIX
ExpiredToken                 410  APNS_000004  FORGET_TOKEN
Unregistered                 410  APNS_000004  FORGET_TOKEN
PayloadTooLarge              413  APNS_000006  FIX
TooManyProviderTokenUpdates  429  APNS_000004  WAIT
TooManyRequests              429  APNS_000004  WAIT
InternalServerError          500  APNS_000004  WAIT
ServiceUnavailable           503  APNS_000004  WAIT
Shutdown                     503  APNS_000004  NEW_CONNECTION
FeatureNotEnabled            400  APNS_000007  ENABLE
BroadcastFeatureNotEnabled   400  APNS_000007  ENABLE
MissingChannelId             400  APNS_000001  FIX
BadChannelId                 400  APNS_000001  FORGET_CHANNEL
ChannelNotRegistered         400  APNS_000004  FORGET_CHANNEL
BadRequestParams             400  APNS_000001  FIX
BadRequestPayload            400  APNS_000006  FIX
MissingChannelQueueSize      400  APNS_000001  FIX
MissingPushType              400  APNS_000001  FIX
CannotCreateChannelConfig    400  APNS_000007  FIX
TopicMismatch                403  APNS_000002  CREDENTIALS
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def test_there_are_no_other_reasons_than_apples():
    assert list(REASONS) == [name for name, *_ in ROWS]


@pytest.mark.parametrize(("name", "status", "code", "action"), ROWS, ids=[row[0] for row in ROWS])
def test_a_reason_has_its_status_code_action_and_a_sentence(name, status, code, action):
    reason = REASONS[name]
    assert (reason.name, str(reason.status), reason.code) == (name, status, code)
    assert reason.action is Action[action]
    assert reason.sentence.endswith(".")
    assert explain(400, name) is reason  # decided by the name, not by the status


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (400, Action.FIX),
        (418, Action.FIX),
        (429, Action.WAIT),
        (500, Action.WAIT),
        (599, Action.WAIT),
    ],
)
def test_an_unknown_reason_is_kept_and_judged_by_its_status(status, action):
    assert explain(status, "TooManyMoons") == Reason(
        "TooManyMoons",
        status,
        "APNS_000007",
        action,
        "Apple gave a reason that is not documented.",
    )
