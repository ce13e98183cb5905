"""Find, export and delete what the database holds of a person."""
