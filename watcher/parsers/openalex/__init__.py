"""OpenAlex: works by author, institution, journal, topic, or words."""
