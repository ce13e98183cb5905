"""Which charset a body is in, by what declares it and by its bytes, and its text."""
