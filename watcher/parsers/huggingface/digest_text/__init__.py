"""Read digest pages that were rendered to text: Markdown, dumps of text browsers, mails."""
