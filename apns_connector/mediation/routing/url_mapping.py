"""``url-mapping`` of a resource, as of a servlet: a path, ``/prefix/*``, or ``*.extension``."""

from __future__ import annotations


class UrlMapping:
    """Compared with the path alone: a query does not matter."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._prefix: str | None = None
        self._extension: str | None = None
        self._exact: str | None = None
        if source.startswith("/") and source.endswith("/*"):
            self._prefix = source.removesuffix("*")
        elif source.startswith("*."):
            self._extension = source.removeprefix("*")
        else:
            self._exact = _without_slash(source)

    def __repr__(self) -> str:
        return f"UrlMapping({self.source!r})"

    def is_exact(self, path: str) -> bool:
        return self._exact is not None and _without_slash(path) == self._exact

    def prefix_length(self, path: str) -> int:
        """How much of the path a prefix takes; 0 when it is not one of the path.

        ``/a/*`` takes ``/a`` as well.
        """
        if self._prefix is None or not f"{path}/".startswith(self._prefix):
            return 0
        return len(self._prefix)

    def is_extension(self, path: str) -> bool:
        return self._extension is not None and path.endswith(self._extension)


def _without_slash(path: str) -> str:
    return path.removesuffix("/") or "/"
