"""What is to be said about a deployment beyond what keeps it from being built: ``check`` prints it,
``serve`` logs it.

Nothing here changes how a deployment runs. An error is something that cannot work when a message
comes that way; Synapse would say so then, or say nothing.
"""

from __future__ import annotations

from apns_connector.inspection.deployment import inspect_configuration, inspect_deployment

__all__ = ["inspect_configuration", "inspect_deployment"]
