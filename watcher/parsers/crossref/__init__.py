"""Sources of kind ``crossref``: works that publishers register there, by journal, filter or words."""
