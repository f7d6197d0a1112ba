"""The APNs client: usable alone, without mediation, gateway or store."""
