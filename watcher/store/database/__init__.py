"""Open, migrate and copy a database; its tables, transactions, locks and clock."""
