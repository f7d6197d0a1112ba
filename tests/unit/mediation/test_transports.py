import pytest

from apns_connector.mediation.transports import transports_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("all", ()),
        ("http", ("http",)),
        ("http https", ("http", "https")),
        ("http, https", ("http", "https")),
    ],
)
def test_transports_are_words_and_nothing_means_all(text, words):
    assert transports_in(text) == words
