"""What programs ask the pages for: objects of JSON, the same as the commands print with ``--json``."""
