"""Digest pages that were rendered to text: Markdown, text browsers' dumps, mails."""
