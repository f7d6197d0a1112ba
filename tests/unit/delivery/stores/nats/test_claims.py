from apns_connector.delivery.stores.nats.claims import Claims, Receipt, claimed

FIRST, SECOND, OTHER = Receipt("reply 1", 7), Receipt("reply 2", 7), Receipt("reply 3", 8)


def test_a_claim_is_ours_until_its_end():
    claims = Claims()
    claims.hold(FIRST, 10.0)
    assert claims.is_ours(FIRST, 9.9)
    assert not claims.is_ours(FIRST, 10.0)
    assert not claims.is_ours(OTHER, 9.9)


def test_of_two_claims_of_one_message_only_the_later_is_ours():
    claims = Claims()
    claims.hold(FIRST, 10.0)
    claims.hold(SECOND, 20.0)
    assert not claims.is_ours(FIRST, 5.0)
    claims.release(FIRST)
    assert claims.is_ours(SECOND, 5.0)


def test_a_claim_that_is_released_is_nobodys():
    claims = Claims()
    claims.hold(FIRST, 10.0)
    claims.release(FIRST)
    claims.release(FIRST)
    assert not claims.is_ours(FIRST, 5.0)
    assert claimed([claims.tell(5.0)], 5.0) == frozenset()


def test_the_end_of_a_claim_is_known_by_its_message():
    claims = Claims()
    claims.hold(FIRST, 10.0)
    assert claims.end(7, 9.0) == 10.0
    assert claims.end(7, 10.0) is None
    assert claims.end(8, 9.0) is None


def test_what_all_have_told_is_claimed_until_it_ends():
    one, other = Claims(), Claims()
    one.hold(FIRST, 10.0)
    other.hold(OTHER, 20.0)
    told = [one.tell(5.0), other.tell(5.0)]
    assert claimed(told, 5.0) == {7, 8}
    assert claimed(told, 15.0) == {8}
    assert claimed([], 5.0) == frozenset()


def test_what_is_over_is_not_told():
    claims = Claims()
    claims.hold(FIRST, 10.0)
    claims.hold(OTHER, 20.0)
    assert claimed([claims.tell(15.0)], 0.0) == {8}
