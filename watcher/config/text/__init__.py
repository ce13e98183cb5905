"""YAML and JSON Lines as trees of texts with their places; what of them may be shown, and mistakes in them."""
