"""The judge of all stores. ``test_<store>.py`` says what its store promises, and where it lives."""

from tests.coroutines import pytest_pyfunc_call

__all__ = ["pytest_pyfunc_call"]
