"""Sending: claim, render, send and record, in one loop for the daemon and for every command."""
