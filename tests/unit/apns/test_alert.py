from __future__ import annotations

import pytest

from apns_connector.apns.alert import alert, localized
from apns_connector.errors import PayloadError


def test_it_holds_what_is_given_and_nothing_else():
    assert alert(body="B") == {"body": "B"}
    assert alert(title="T", body="") == {"title": "T", "body": ""}


def test_every_key_of_apples_table_can_be_given():
    assert alert(
        title="T",
        subtitle="S",
        body="B",
        launch_image="launch.png",
        loc_key="L",
        loc_args=["1"],
        title_loc_key="TL",
        title_loc_args=("2", "3"),
        subtitle_loc_key="SL",
        subtitle_loc_args=[],
    ) == {
        "title": "T",
        "subtitle": "S",
        "body": "B",
        "launch-image": "launch.png",
        "loc-key": "L",
        "loc-args": ["1"],
        "title-loc-key": "TL",
        "title-loc-args": ("2", "3"),
        "subtitle-loc-key": "SL",
        "subtitle-loc-args": [],
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "The alert is empty; give it a title, a body or a loc-key"),
        ({"title": 1}, "The title must be text, not int"),
        ({"body": {"loc-key": "K"}}, "The body must be text, not dict"),
        ({"loc_key": ""}, "The loc-key must not be blank"),
        ({"loc_key": "K", "loc_args": "Jenna"}, "The loc-args must be a list of texts, not str"),
        (
            {"loc_key": "K", "loc_args": ["Jenna", 2]},
            "The loc-args must be a list of texts, each, not int",
        ),
        (
            {"body": "B", "loc_args": ["1"]},
            "The loc-args fill the placeholders of a loc-key, which is missing",
        ),
        (
            {"title": "T", "title_loc_args": ["1"]},
            "The title-loc-args fill the placeholders of a title-loc-key, which is missing",
        ),
        (
            {"loc_key": "K", "subtitle_loc_args": []},
            "The subtitle-loc-args fill the placeholders of a subtitle-loc-key, which is missing",
        ),
    ],
)
def test_what_would_show_nothing_or_something_else_is_refused(given, sentence):
    with pytest.raises(PayloadError) as refused:
        alert(**given)
    assert str(refused.value) == sentence


def test_a_text_of_the_app_has_a_key_and_arguments_if_any():
    assert localized("GOAL") == {"loc-key": "GOAL"}
    assert localized("GOAL", "Jenna", "2") == {"loc-key": "GOAL", "loc-args": ["Jenna", "2"]}
    with pytest.raises(PayloadError, match="The loc-key must not be blank"):
        localized(" ")
