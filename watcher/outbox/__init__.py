"""Claim, render, send and record deliveries, in one loop for the daemon and for every command."""
