"""Read any HTML page by CSS selectors."""
