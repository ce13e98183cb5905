"""Sources of kind ``semanticscholar``: papers by words and filters."""
