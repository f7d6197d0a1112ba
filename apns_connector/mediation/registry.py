"""The registry: files of the deployment under paths such as ``gov:/apns/certificate.p12``."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from apns_connector.errors import RegistryError, XmlError
from apns_connector.mediation import xml
from apns_connector.mediation.cache import TimedCache
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
_SIZE_LIMIT = 16_000_000  # bytes
_PATH_LIMIT = 1_000  # characters; paths may come from requests, and those looked up are remembered
# How long a look-up is believed, found or not; the files of a WSO2 product say 15000 ms
# (cachableDuration).
CACHE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Resource:
    """``path`` is relative to the registry's root: ``governance/apns/certificate.p12``."""

    path: str
    content: bytes
    media_type: str

    def __repr__(self) -> str:
        # The content may be a certificate with its private key.
        return f"Resource({self.path!r}, {self.media_type!r}, {len(self.content)} bytes)"


class Registry:
    """Reads files below ``root`` and nowhere else. A changed file is seen after a while."""

    def __init__(self, root: Path, *, cache_seconds: float = CACHE_SECONDS) -> None:
        self._root = root
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
        try:
            file = self._file(path)
            return self._read(file) if file is not None and file.is_file() else None
        except OSError as error:
            raise RegistryError(f"Registry resource '{path}' cannot be read: {error}") from error

    def _file(self, path: str) -> Path | None:
        folders, relative = _split(path)
        parts = [part for part in relative.split("/") if part not in ("", ".")]
        if ".." in parts or "\\" in relative or "\0" in relative:
            raise RegistryError(f"Registry path '{path}' leads out of the registry")
        folder = next((self._root / name for name in folders if (self._root / name).is_dir()), None)
        if folder is None or not parts:
            return None
        file = folder.joinpath(*parts).resolve()
        if not file.is_relative_to(self._root.resolve()):
            raise RegistryError(f"Registry path '{path}' leads out of the registry by a link")
        return file

    def _read(self, file: Path) -> Resource:
        path = file.relative_to(self._root.resolve()).as_posix()
        stat = file.stat()
        signature = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self._resources.get(path)
        if known is not None and known[0] == signature:
            return known[1]
        if stat.st_size > _SIZE_LIMIT:
            raise RegistryError(f"Registry resource '{path}' is larger than {_SIZE_LIMIT} bytes")
        resource = Resource(path, file.read_bytes(), _media_type(file))
        self._resources[path] = (signature, resource)
        return resource

    def _properties(self, path: str) -> dict[str, str]:
        file = self._file(path)
        return {} if file is None else _java_properties(file.with_name(f"{file.name}.properties"))


def _split(path: str) -> tuple[tuple[str, ...], str]:
    """The folders of the space a path belongs to, and the rest. No prefix: governance."""
    for prefix, folders in _SPACES.items():
        if path.startswith(prefix):
            return folders, path[len(prefix) :]
    return _SPACES["gov:"], path


def _media_type(file: Path) -> str:
    """What the metadata file says (Micro Integrator), else what the suffix suggests."""
    metadata = _java_properties(file.parent / ".metadata" / f"{file.name}.meta")
    guess = _MEDIA_TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0]
    return metadata.get("mediaType") or guess or "text/plain"


def _java_properties(file: Path) -> dict[str, str]:
    """``key=value`` lines; comments and lines without a sign are passed over."""
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if not line.startswith(("#", "!")))
    return {key.strip(): value.strip().replace("\\:", ":") for key, sign, value in pairs if sign}
