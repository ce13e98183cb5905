"""Sources: their pages and polls, missed digest days, turns at a site."""
