"""Sources of kind ``openalex``: works by author, institution, journal, topic, filter or words."""
