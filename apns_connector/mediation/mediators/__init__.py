"""The list of all mediators: adding one is a file, a line here, and a sample."""

from __future__ import annotations

from collections.abc import Mapping

from apns_connector.mediation.mediators.aggregate import Aggregate
from apns_connector.mediation.mediators.cache import cache_from_element
from apns_connector.mediation.mediators.call import Call
from apns_connector.mediation.mediators.call_template import call_template_from_element
from apns_connector.mediation.mediators.callout import Callout
from apns_connector.mediation.mediators.class_mediator import ClassMediator
from apns_connector.mediation.mediators.clone import Clone
from apns_connector.mediation.mediators.drop import Drop
from apns_connector.mediation.mediators.enrich import Enrich
from apns_connector.mediation.mediators.filter import Filter
from apns_connector.mediation.mediators.foreach import foreach_from_element
from apns_connector.mediation.mediators.header import header_from_element
from apns_connector.mediation.mediators.in_out import in_from_element, out_from_element
from apns_connector.mediation.mediators.iterate import Iterate
from apns_connector.mediation.mediators.log import Log
from apns_connector.mediation.mediators.loopback import Loopback
from apns_connector.mediation.mediators.make_fault import MakeFault
from apns_connector.mediation.mediators.not_supported import NOT_SUPPORTED
from apns_connector.mediation.mediators.payload_factory import PayloadFactory
from apns_connector.mediation.mediators.property import property_from_element
from apns_connector.mediation.mediators.property_group import property_group_from_element
from apns_connector.mediation.mediators.respond import Respond
from apns_connector.mediation.mediators.scatter_gather import ScatterGather
from apns_connector.mediation.mediators.script import Script
from apns_connector.mediation.mediators.send import Send
from apns_connector.mediation.mediators.sequence import sequence_from_element
from apns_connector.mediation.mediators.store import Store
from apns_connector.mediation.mediators.switch import Switch
from apns_connector.mediation.mediators.throttle import Throttle
from apns_connector.mediation.mediators.throw_error import ThrowError
from apns_connector.mediation.mediators.validate import Validate
from apns_connector.mediation.mediators.variable import variable_from_element
from apns_connector.mediation.mediators.xslt import Xslt
from apns_connector.mediation.reading import Factory

__all__ = ["MEDIATORS", "NOT_SUPPORTED"]

MEDIATORS: Mapping[str, Factory] = {
    "aggregate": Aggregate.from_element,
    "cache": cache_from_element,
    "call": Call.from_element,
    "call-template": call_template_from_element,
    "callout": Callout.from_element,
    "class": ClassMediator.from_element,
    "clone": Clone.from_element,
    "drop": Drop.from_element,
    "enrich": Enrich.from_element,
    "filter": Filter.from_element,
    "foreach": foreach_from_element,
    "header": header_from_element,
    "in": in_from_element,
    "iterate": Iterate.from_element,
    "log": Log.from_element,
    "loopback": Loopback.from_element,
    "makefault": MakeFault.from_element,
    "out": out_from_element,
    "payloadFactory": PayloadFactory.from_element,
    "property": property_from_element,
    "propertyGroup": property_group_from_element,
    "respond": Respond.from_element,
    "scatter-gather": ScatterGather.from_element,
    "script": Script.from_element,
    "send": Send.from_element,
    "sequence": sequence_from_element,
    "store": Store.from_element,
    "switch": Switch.from_element,
    "throttle": Throttle.from_element,
    "throwError": ThrowError.from_element,
    "validate": Validate.from_element,
    "variable": variable_from_element,
    "xslt": Xslt.from_element,
}
