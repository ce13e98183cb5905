"""PubMed: what a search finds among the records of the last days, by the E-utilities or by a saved search's feed."""
