"""HTTP in and out: requests become messages, what flows leave behind becomes answers.

``app.Gateway`` is an ASGI application over a deployment, ``server.Server`` listens for it,
``limits.Limits`` says how much of everything they take. Everything else serves these three.
"""
