"""What parsers share: clean texts, links and dates, safe reading of HTML, what a body looks like."""
