"""Render deliveries: subject, text, HTML, and the markups of chats. Pure."""
