"""Property tests look at the same examples in every run: chance belongs into tests/fuzz."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
