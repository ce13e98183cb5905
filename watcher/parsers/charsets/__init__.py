"""Find the charset of a body, from what declares it and from its bytes, and decode its text."""
