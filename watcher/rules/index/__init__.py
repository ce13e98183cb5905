"""Match many rules with many papers at once, with the same answers as one by one."""
