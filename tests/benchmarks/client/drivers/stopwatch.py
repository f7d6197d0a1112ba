"""What a Python client used between two moments, as one line of JSON."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path


def _kilobytes(name: str) -> int:
    """``VmRSS``: memory now; ``VmHWM``: the most there ever was."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found, name
    return int(found[1])


class Stopwatch:
    """Runs from its making until :meth:`stop`."""

    def __init__(self) -> None:
        self._memory = _kilobytes("VmRSS")
        self._cpu = time.process_time()
        self._begin = time.perf_counter()

    def stop(self, accepted: int) -> str:
        """``peak_kb``: of the whole process; ``growth_kb``: above what it had at the start."""
        seconds = time.perf_counter() - self._begin
        cpu_seconds = time.process_time() - self._cpu
        peak = _kilobytes("VmHWM")
        return json.dumps(
            {
                "accepted": accepted,
                "seconds": seconds,
                "cpu_seconds": cpu_seconds,
                "peak_kb": peak,
                "growth_kb": peak - self._memory,
            }
        )
