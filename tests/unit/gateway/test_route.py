import pytest

from apns_connector.gateway.route import endpoint_name, find_service, service_names

NAMES = service_names(["Push", "a.b"])


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/services/Push", "Push"),
        ("/services/Push/", "Push"),
        ("/services/Push/mediate", "Push"),
        ("/services/Push/mediate/more", "Push"),
        ("/services/Push.PushHttpSoap11Endpoint", "Push"),
        ("/services/Push.PushHttpSoap12Endpoint/", "Push"),
        ("/services/Push.PushHttpEndpoint", "Push"),
        ("/services/Push.PushHttpsSoap11Endpoint", "Push"),
        ("/services/Push.PushHttpsSoap12Endpoint/mediate", "Push"),
        ("/services/Push.PushHttpsEndpoint", "Push"),
        ("/services/a.b", "a.b"),
        ("/services/a.b.a.bHttpEndpoint", "a.b"),
        ("/services/push", None),
        ("/services/Push.OtherHttpEndpoint", None),
        ("/services/Push.PushFtpEndpoint", None),
        ("/services/", None),
        ("/services", None),
        ("/Push", None),
        ("//services/Push", None),
        ("/services/../Push", None),
    ],
)
def test_a_path_means_a_service_under_all_its_names_and_no_other(path, service):
    assert find_service(path, NAMES) == service


def test_a_service_that_is_called_like_the_alias_of_another_keeps_its_name():
    alias = endpoint_name("P", "http", "Soap11")
    names = service_names(["P", alias])
    assert find_service(f"/services/{alias}", names) == alias
