"""One file for each kind of store: a thin driver over a kept client library."""
