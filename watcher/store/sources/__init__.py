"""Sources: their pages and polls, missed digest days, turns at their sites."""
