"""What parsers share: the values of texts, links and dates, safe reading of HTML, what a body looks like."""
