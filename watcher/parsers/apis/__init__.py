"""What answers of literature's APIs have in common: objects in JSON, cursors, abstracts in JATS."""
