"""Saved pages: which of the known forms is it, and what does it list?"""
