"""Poll a source: read its pages, store and match what they list, find what was missed."""
