"""Throw made-up input at everything that reads what strangers write: ``python -m tests.fuzz --help``."""
