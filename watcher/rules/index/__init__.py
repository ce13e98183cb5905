"""Match many rules with many papers together. The answers are the same as one by one."""
