"""Hugging Face's daily, weekly and monthly papers, trending and search: pages, and answers of its API."""
