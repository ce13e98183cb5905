"""Name hosts, and say how requests leave this machine."""
