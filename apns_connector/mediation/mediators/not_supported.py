"""Mediators that some version of Synapse, WSO2 ESB, EI or MI knows and this gateway does not run.

They are reported as not supported, with the reason, and never as unknown. A mediator that becomes
supported loses its line here, gets one in ``MEDIATORS``, and its row in docs/language.md changes.
"""

from __future__ import annotations

from collections.abc import Mapping

_DATABASE = "there is no database access; put the query behind a service and <call> it"
_JAVA = "there is no Java here; write it in Python as a class mediator and use <class>"
_PRODUCT = "it needs another WSO2 product beside the gateway"
_REWRITE = "the address of an endpoint takes its parts from properties instead"
_TRANSFORMATION = "use payloadFactory, enrich or xslt instead"

NOT_SUPPORTED: Mapping[str, str] = {
    "annotatedCommand": _JAVA,
    "bam": _PRODUCT,
    "bean": _JAVA,
    "builder": "the gateway builds each message by its content type",
    "conditionalRouter": "use filter or switch instead",
    "datamapper": _TRANSFORMATION,
    "dataServiceCall": _DATABASE,
    "dblookup": _DATABASE,
    "dbreport": _DATABASE,
    "ejb": _JAVA,
    "enqueue": "it needs a priority executor, and there are no threads to give priority to",
    "entitlementService": _PRODUCT,
    "event": "there is no eventing; call the subscribers with <clone>",
    "fastXSLT": "use <xslt>",
    "forEach": "it is written <foreach>",
    "jsontransform": _TRANSFORMATION,
    "NTLM": "NTLM authentication is not offered to endpoints",
    "oauthService": _PRODUCT,
    "pojoCommand": _JAVA,
    "publishEvent": _PRODUCT,
    "rewrite": _REWRITE,
    "router": "use filter or switch instead",
    "rule": _PRODUCT,
    "ruleset": _PRODUCT,
    "session": _PRODUCT,
    "smooks": _TRANSFORMATION,
    "spring": _JAVA,
    "transaction": "nothing here takes part in distributed transactions",
    "urlrewrite": _REWRITE,
    "xquery": _TRANSFORMATION,
}
