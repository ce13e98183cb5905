"""What reading sources costs, and what becomes of their faults."""
