"""A REST API of our own: notifications in, outcomes out, without any configuration of Synapse.

A thin binding over the APNs client: ``requests`` says what may come in and ``answers`` what goes
out, ``openapi`` describes both from the same types, ``app.RestApi`` serves them below ``/v1``.
"""
