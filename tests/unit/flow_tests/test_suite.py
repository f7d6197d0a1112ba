from apns_connector.flow_tests.actual import Actual
from apns_connector.flow_tests.suite import Assertion, Input, InputProperty


def test_the_headers_of_an_input_are_its_transport_properties():
    given = Input(
        properties=(InputProperty("A", "1", "transport"), InputProperty("b", "2", "default"))
    )
    assert given.headers() == [("A", "1")]


def test_an_assertion_without_an_expected_value_wants_anything_at_all():
    actual = Actual("$body", lambda outcome: None)
    assert Assertion(actual, None, "", 1).name == "assertNotNull"
    assert Assertion(actual, "", "", 1).name == "assertEquals"
