"""Changes of a deployment come into force while it is served, or not at all.

Knows files and times, and nothing of what is in the files.
"""

from __future__ import annotations

from apns_connector.hot_deployment.deployment import Deployment, Failure, Generation
from apns_connector.hot_deployment.watcher import watch

__all__ = ["Deployment", "Failure", "Generation", "watch"]
