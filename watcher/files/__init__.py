"""Make files for the owner of their folder; open other people's files with care."""
