"""Store papers, merge them, store their listings and matches."""
