"""What is kept of a paper at the places under ``keep``: a note, an item of Zotero's, the body of a webhook. Pure."""
