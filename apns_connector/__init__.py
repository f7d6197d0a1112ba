"""Apple push notifications from WSO2 / Apache Synapse mediation flows, and an APNs client.

As a library, begin with :mod:`apns_connector.apns`. As a gateway, run ``apns-connector serve``.
"""
