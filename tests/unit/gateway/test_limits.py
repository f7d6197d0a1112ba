import dataclasses

import pytest

from apns_connector.gateway.limits import Limits


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Limits)])
def test_a_limit_below_one_is_refused_by_name(field):
    with pytest.raises(ValueError, match=f"Limits.{field} is 0: it must be above zero"):
        Limits(**{field: 0})


def test_the_limits_that_ship_fit_each_other():
    limits = Limits()
    assert limits.mime_header_bytes < limits.envelope_bytes < limits.body_bytes
    assert limits.body_bytes < limits.bodies_bytes
    assert limits.large_body_bytes < limits.envelope_bytes
    assert limits.requests < limits.connections
