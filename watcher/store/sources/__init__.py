"""Sources: their pages and polls, days that were missed, turns at a site."""
