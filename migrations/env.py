"""Run the migrations on the connection, and in the transaction, that watcher.store.database.migrate hands over."""

from alembic import context

from watcher.store.database.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
