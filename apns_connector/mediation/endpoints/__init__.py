"""Where messages are sent to: which backend, when not, and what its answer makes of the message.

Everything here decides; the exchange itself is done by the :class:`Transport` of the configuration.
"""
