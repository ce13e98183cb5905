"""bioRxiv and medRxiv, by their API or by RSS."""
