"""Expressions in every language that Synapse knows: XPath, JSONPath, synapse expressions.

``mediation.expression`` compiles a text to one of them.
"""
