import pytest

from apns_connector.gateway.route import (
    endpoint_name,
    find_service,
    open_proxies,
    service_names,
)
from apns_connector.mediation.flow import Flows
from apns_connector.mediation.proxy import Proxy

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


def test_a_proxy_is_open_at_each_of_its_names_by_its_transports_once_it_is_started():
    proxies = {
        "P": Proxy("P", flows=Flows(), transports=("https",)),
        "Q": Proxy("Q", flows=Flows()),
        "Stopped": Proxy("Stopped", flows=Flows(), active=False),
        "no/name": Proxy("no/name", flows=Flows()),  # a path has only what is before its "/"
    }
    names = service_names(proxies)
    found = open_proxies(proxies, names)
    assert found == {
        (scheme, f"/services/{name}"): proxies[service]
        for name, service in names.items()
        for scheme in ("http", "https")
        if service == "Q" or (service, scheme) == ("P", "https")
    }
