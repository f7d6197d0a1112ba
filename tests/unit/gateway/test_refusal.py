from apns_connector.gateway.refusal import Refused


def test_a_refusal_reads_as_its_problem():
    refused = Refused(405, "not here", (("allow", "POST"),))
    assert str(refused) == refused.problem == "not here"
    assert (refused.status, refused.headers, refused.mismatch) == (405, (("allow", "POST"),), False)
