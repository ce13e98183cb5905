"""Sources of kind ``openreview``: submissions to conferences and workshops, by words and venues."""
