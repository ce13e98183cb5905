"""Read RSS, RDF, Atom and JSON Feed."""
