"""Which files are which registry resources: ``artifact.xml`` of a project's module, and
``registry-info.xml`` in a carbon application. Both list items and collections alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from apns_connector.errors import ConfigurationError, RegistryError
from apns_connector.mediation.registry import canonical
from apns_connector.mediation.xml import Element, children, line_of, local_name


@dataclass(frozen=True, slots=True)
class Listed:
    """``source``: a file, or for a collection a folder, beside the listing. ``path``: where it is
    in the registry, as ``canonical`` gives it. ``line``: of its entry in the listing."""

    source: str
    path: str
    media_type: str | None
    collection: bool
    line: int | None


def listed_resources(listing: Element, file: str) -> list[Listed]:
    """What the listing in ``file`` names. Raises ConfigurationError for an entry without a path,
    or with one that leads out of where it belongs."""
    return list(_entries(listing, file))


def _entries(listing: Element, file: str) -> Iterator[Listed]:
    for element in listing.iter():
        if not isinstance(element.tag, str):
            continue
        try:
            match local_name(element.tag):
                case "item":
                    yield _item(element)
                case "collection":
                    yield _collection(element)
        except (ConfigurationError, RegistryError) as error:
            raise ConfigurationError(str(error), file, line_of(element)) from error


def _item(element: Element) -> Listed:
    """The path of an item is that of the collection it is put into."""
    source = _inside(_text(element, "file"))
    path = canonical(f"{_text(element, 'path')}/{PurePosixPath(source).name}")
    media_type = _optional(element, "mediaType")
    return Listed(source, path, media_type, False, line_of(element))


def _collection(element: Element) -> Listed:
    source = _inside(_text(element, "directory"))
    return Listed(source, canonical(_text(element, "path")), None, True, line_of(element))


def _text(element: Element, name: str) -> str:
    text = _optional(element, name)
    if text is None:
        raise ConfigurationError(f"<{local_name(element.tag)}> has no <{name}>")
    return text


def _optional(element: Element, name: str) -> str | None:
    texts = (child.text or "" for child in children(element) if local_name(child.tag) == name)
    return next(texts, "").strip() or None


def _inside(source: str) -> str:
    if source.startswith("/") or "\\" in source or ".." in source.split("/"):
        raise ConfigurationError(f"'{source}' leads out of the folder of the listing")
    return source.rstrip("/")
