"""Write what is kept of a paper at a place: a note, an item of Zotero's, the body of a webhook. Pure."""
