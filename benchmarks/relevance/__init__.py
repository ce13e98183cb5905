"""How well matches are put in order, and where the line between strong and weak lies, on papers that people judged."""
