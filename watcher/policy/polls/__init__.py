"""Decisions about polling a source: which pages to read, the verdict, what was missed, when to poll next. Pure."""
