"""The registry: files of the deployment under paths such as ``gov:/apns/certificate.p12``."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from apns_connector.errors import RegistryError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.cache import TimedCache
from apns_connector.mediation.java_properties import read_properties
from apns_connector.mediation.xml import Element

# Prefix of a path -> folders below the registry's root; the first one that exists is used.
_SPACES = {
    "gov:": ("governance", "gov"),
    "conf:": ("config", "conf"),
    "local:": ("local",),
    "resources:": ("governance/mi-resources", "gov/mi-resources"),
    "/_system/governance/": ("governance", "gov"),
    "/_system/config/": ("config", "conf"),
    "/_system/local/": ("local",),
}
_MEDIA_TYPES = {
    ".p12": "application/x-pkcs12",
    ".pfx": "application/x-pkcs12",
    ".p8": "application/pkcs8",
    ".wsdl": "application/wsdl+xml",
}
SIZE_LIMIT = 16_000_000  # bytes
_PATH_LIMIT = 1_000  # characters; paths may come from requests, and those looked up are remembered
# How long a look-up is believed, found or not; the files of a WSO2 product say 15000 ms
# (cachableDuration).
CACHE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Resource:
    """``path`` is relative to the registry's root: ``governance/apns/certificate.p12``; ``file``
    is what messages call it."""

    path: str
    content: bytes
    media_type: str
    file: str

    def __repr__(self) -> str:
        # The content may be a certificate with its private key.
        return f"Resource({self.path!r}, {self.media_type!r}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Mounted:
    """A resource that lies outside of the registry's folder: a file of a project, or what an
    archive held. ``media_type`` is ``None`` when nothing states it; ``file`` as for Resource."""

    content: Path | bytes
    media_type: str | None
    file: str

    def __repr__(self) -> str:
        return f"Mounted({self.file!r}, {self.media_type!r})"


_NOTHING: Mapping[str, Mounted] = MappingProxyType({})


class Registry:
    """Reads files below ``root`` and nowhere else, and what is ``mounted``, by the path below the
    root where it would lie. The root goes first. A changed file is seen after a while."""

    def __init__(
        self,
        root: Path,
        mounted: Mapping[str, Mounted] = _NOTHING,
        *,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:
        self._root = root
        self.mounted = mounted
        self._found: TimedCache[Resource | None] = TimedCache(cache_seconds)
        # By file, not by path as asked for: one file has any number of spellings.
        self._resources: dict[str, tuple[tuple[int, int, int], Resource]] = {}
        self._elements: dict[str, tuple[Resource, Element]] = {}

    def resource(self, path: str) -> Resource | None:
        """The resource, or ``None`` when there is none; the same object as long as the file stays
        the same. Raises RegistryError for a path that leads out of the registry."""
        if len(path) > _PATH_LIMIT:
            raise RegistryError(f"Registry path '{path[:100]}…' has more than {_PATH_LIMIT} signs")
        return self._found.get(path, self._find)

    def believed_until(self, path: str) -> float:
        """Until when ``resource`` gives for that path what it gave last: a reading of
        ``time.monotonic``, long gone for what it was never asked for."""
        return self._found.believed_until(path)

    def text(self, path: str) -> str | None:
        """The resource as text, or with ``path@name`` one of its properties."""
        path, _, name = path.partition("@")
        if name:
            return self._properties(path).get(name)
        resource = self.resource(path)
        return None if resource is None else resource.content.decode("utf-8", "replace")

    def element(self, path: str) -> Element | None:
        """The resource as XML; ``None`` when there is none. Raises RegistryError when it is not
        XML."""
        resource = self.resource(path)
        return None if resource is None else self.parsed(resource)

    def parsed(self, resource: Resource) -> Element:
        """A resource as XML, the same element each time: not to be changed. Raises RegistryError
        when it is not XML."""
        known = self._elements.get(resource.path)
        if known is not None and known[0] is resource:
            return known[1]
        try:
            element = xml.parse(resource.content, xml.CONFIGURATION)
        except XmlError as error:
            raise RegistryError(
                f"Registry resource '{resource.path}' is no XML: {error}"
            ) from error
        self._elements[resource.path] = (resource, element)
        return element

    def _find(self, path: str) -> Resource | None:
        folders, parts = _located(path)
        if not parts:
            return None
        try:
            file = self._file(path, folders, parts)
            if file is not None and file.is_file():
                return self._read(file)
            return self._read_mounted("/".join((folders[0], *parts)))
        except OSError as error:
            raise RegistryError(f"Registry resource '{path}' cannot be read: {error}") from error

    def _file(self, path: str, folders: tuple[str, ...], parts: list[str]) -> Path | None:
        folder = next((self._root / name for name in folders if (self._root / name).is_dir()), None)
        if folder is None:
            return None
        file = folder.joinpath(*parts).resolve()
        if not file.is_relative_to(self._root.resolve()):
            raise RegistryError(f"Registry path '{path}' leads out of the registry by a link")
        return file

    def _read(self, file: Path) -> Resource:
        path = file.relative_to(self._root.resolve()).as_posix()
        return self._current(path, file, f"{self._root.name}/{path}", None)

    def _read_mounted(self, path: str) -> Resource | None:
        mounted = self.mounted.get(path)
        if mounted is None:
            return None
        if isinstance(mounted.content, Path):
            if not mounted.content.is_file():
                return None
            return self._current(path, mounted.content, mounted.file, mounted.media_type)
        media_type = mounted.media_type or _guessed(path)
        known = self._resources.setdefault(
            path, ((0, 0, 0), Resource(path, mounted.content, media_type, mounted.file))
        )
        return known[1]

    def _current(self, path: str, file: Path, name: str, media_type: str | None) -> Resource:
        """What the file holds now; the same object as before when it has not changed."""
        stat = file.stat()
        signature = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self._resources.get(path)
        if known is not None and known[0] == signature:
            return known[1]
        if stat.st_size > SIZE_LIMIT:
            raise RegistryError(f"Registry resource '{path}' is larger than {SIZE_LIMIT} bytes")
        resource = Resource(path, file.read_bytes(), media_type or _media_type(file), name)
        self._resources[path] = (signature, resource)
        return resource

    def _properties(self, path: str) -> dict[str, str]:
        folders, parts = _located(path)
        file = self._file(path, folders, parts) if parts else None
        return {} if file is None else _java_properties(file.with_name(f"{file.name}.properties"))


def canonical(path: str) -> str:
    """Where below the root a path leads: ``governance/x`` for ``/_system/governance/x``.

    Raises RegistryError for a path that leads out of the registry.
    """
    folders, parts = _located(path)
    return "/".join((folders[0], *parts))


def _located(path: str) -> tuple[tuple[str, ...], list[str]]:
    """The folders of the space a path belongs to, and the parts of the path in there."""
    folders, relative = _split(path)
    parts = [part for part in relative.split("/") if part not in ("", ".")]
    if ".." in parts or "\\" in relative or "\0" in relative:
        raise RegistryError(f"Registry path '{path}' leads out of the registry")
    return folders, parts


def _split(path: str) -> tuple[tuple[str, ...], str]:
    """The folders of the space a path belongs to, and the rest. No prefix: governance."""
    for prefix, folders in _SPACES.items():
        if path.startswith(prefix):
            return folders, path[len(prefix) :]
    return _SPACES["gov:"], path


def _media_type(file: Path) -> str:
    """What the metadata file says (Micro Integrator), else what the suffix suggests."""
    metadata = _java_properties(file.parent / ".metadata" / f"{file.name}.meta")
    return metadata.get("mediaType") or _guessed(file.name)


def _guessed(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return _MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain"


def _java_properties(file: Path) -> dict[str, str]:
    return read_properties(file.read_bytes()) if file.is_file() else {}
