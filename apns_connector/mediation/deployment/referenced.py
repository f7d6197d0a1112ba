"""What a schema or a stylesheet refers to: entries of the deployment, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apns_connector.errors import MediationError
from apns_connector.mediation import xml
from apns_connector.mediation.artifacts import Configuration
from apns_connector.mediation.expressions.value import Static
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.registry import Resource
from apns_connector.mediation.xml import SYNAPSE, Element

Source = Element | str | Resource  # a local entry, or a resource of the registry


class NotThere(MediationError):  # noqa: N818 - a state, named as one
    """Nothing lies where a key or a location leads to; it may come later."""


def resources_from_element(element: Element, reader: Reader) -> dict[str, str]:
    """Its ``<resource location="…" key="…"/>`` children: keys by the locations they stand for."""
    resources: dict[str, str] = {}
    for child in element.iterchildren(f"{{{SYNAPSE}}}resource"):
        key = reader.key(child, "key", "entry")
        if not isinstance(key, Static):
            raise reader.error(child, "<resource> needs a key that is no expression")
        resources[reader.required(child, "location")] = key.content
    return resources


def resolver(configuration: Configuration, resources: Mapping[str, str]) -> Callable[[str], bytes]:
    """How a location leads to a document: by a ``<resource>`` that stands for it, else as a key,
    such as ``gov:/schemas/types.xsd``. Raises NotThere for one that leads nowhere."""

    def resolve(location: str) -> bytes:
        key = next((key for end, key in resources.items() if _ends(location, end)), location)
        content = content_of(configuration, key)
        if content is None:
            raise NotThere(
                f"'{location}' is neither a local entry nor a resource of the registry: "
                "add a <resource> for it"
            )
        return content

    return resolve


def source_of(configuration: Configuration, key: str) -> Source | None:
    """What a key leads to: the same object as long as it stays the same. Raises RegistryError for
    a path that leads out of the registry."""
    entry = configuration.local_entry(key)
    return configuration.registry.resource(key) if entry is None else entry


def content_of(configuration: Configuration, key: str) -> bytes | None:
    """The bytes of an entry; of the namespaces around XML only those that it uses, so that the
    default one of the configuration is not that of a schema. Raises RegistryError for a path that
    leads out of the registry."""
    source = source_of(configuration, key)
    return None if source is None else bytes_of(source)


def bytes_of(source: Source) -> bytes:
    if isinstance(source, Resource):
        return source.content
    return source.encode() if isinstance(source, str) else xml.serialize(xml.detached_copy(source))


def _ends(location: str, end: str) -> bool:
    """libxml2 gives a location relative to the document that it is written in."""
    return location == end or location.endswith("/" + end.removeprefix("./"))
