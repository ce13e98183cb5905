"""Read YAML and JSON Lines as trees of texts with their places; tell what of them may be shown; note mistakes."""
