"""Many daemons over one PostgreSQL: messages a second, and what they ask of the database."""
