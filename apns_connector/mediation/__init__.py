"""Runs Synapse XML. Knows nothing of Apple."""
