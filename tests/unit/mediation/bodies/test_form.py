import pytest

from apns_connector.mediation.bodies.form import Form, form_of


def test_the_forms_with_an_envelope_have_its_media_type():
    assert [form for form in Form if form.version is not None] == [Form.SOAP11, Form.SOAP12]
    for form in (Form.SOAP11, Form.SOAP12):
        assert form.version.media_type == form.media_type


def test_each_form_is_found_by_its_own_media_type():
    assert {form_of(form.media_type) for form in Form} == set(Form)


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("application/vnd.api+json", Form.JSON),
        ("text/json", Form.JSON),
        ("application/atom+xml", Form.POX),
        ("text/csv", Form.TEXT),
        ("image/png", Form.BINARY),
        ("multipart/mixed", Form.BINARY),
    ],
)
def test_related_media_types_have_a_form_as_well(media_type, form):
    assert form_of(media_type) is form
