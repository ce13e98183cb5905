"""Prepare what pages and feeds show: papers as cards, pictures, reasons, trials of rules, times in words."""
