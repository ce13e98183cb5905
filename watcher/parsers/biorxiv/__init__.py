"""Read bioRxiv and medRxiv, from their API or RSS."""
