from apns_connector.gateway.form import Form


def test_each_form_has_the_media_type_of_its_envelope():
    assert {form.name: form.media_type for form in Form} == {
        "SOAP11": "text/xml",
        "SOAP12": "application/soap+xml",
        "POX": "application/xml",
    }
    for form in (Form.SOAP11, Form.SOAP12):
        assert form.version.media_type == form.media_type
    assert Form.POX.version is None
