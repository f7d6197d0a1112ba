"""connector.xml and config/ of this connector."""

from __future__ import annotations

from apns_connector.own_library import library_folder, own_library


def test_our_own_library_is_named_as_the_original_one():
    library = own_library()
    assert library.identity == "{org.wso2.carbon.connector}apns"
    assert {
        "org.wso2.carbon.connector.apns.init",
        "org.wso2.carbon.connector.apns.dispatchToDevice",
    } <= set(library.templates)
    assert (library_folder() / "connector.xml").is_file()
