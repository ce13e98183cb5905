"""Papers like those in a library: their words and pairs of words, how rare those are, how close a paper comes."""
