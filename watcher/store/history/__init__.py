"""Read what became of papers, check that nothing is late, delete old rows."""
