"""Repositories by OAI-PMH 2.0: institutional ones, journals, arXiv's full feed."""
