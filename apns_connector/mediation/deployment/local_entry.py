"""``<localEntry>``: text or XML under a key."""

from __future__ import annotations

from dataclasses import dataclass

from apns_connector.errors import ConfigurationError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.reading import Reader
from apns_connector.mediation.xml import Element, children, local_name


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """``value`` is text or an element, ``file`` where it was read from."""

    value: str | Element
    file: str

    @classmethod
    def from_element(cls, element: Element, reader: Reader) -> LocalEntry:
        """Raises ConfigurationError for a ``src`` that cannot be read."""
        source = element.get("src")
        if source is not None:
            return _from_file(source, element, reader)
        inline = [child for child in children(element) if local_name(child.tag) != "description"]
        if inline:
            return cls(inline[0], reader.file)
        # The text may stand behind the description.
        parts = [element.text or "", *(child.tail or "" for child in element)]
        return cls("".join(parts).strip(), reader.file)


def _from_file(source: str, element: Element, reader: Reader) -> LocalEntry:
    """XML becomes an element, everything else is text."""
    try:
        content = reader.language.content(source)
    except ConfigurationError as error:
        raise reader.located(error, element) from error
    try:
        return LocalEntry(xml.parse(content, xml.CONFIGURATION), source)
    except XmlError:
        return LocalEntry(content.decode("utf-8", "replace").strip(), source)
