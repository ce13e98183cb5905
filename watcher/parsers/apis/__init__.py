"""What parsers of literature APIs share: JSON answers, cursors, ids, abstracts in JATS (publishers' XML)."""
