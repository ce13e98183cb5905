"""What pages and feeds show, prepared: papers as cards, pictures, reasons, trials of rules, times in words."""
