"""Sources of kind ``dblp``: publications by words, by stream (a conference, a journal) or by person."""
