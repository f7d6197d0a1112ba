from apns_connector.mediation.bodies.content_limits import ContentLimits


def test_the_limits_that_ship_fit_each_other():
    limits = ContentLimits()
    assert limits.mime_header_bytes < limits.envelope_bytes < limits.body_bytes
