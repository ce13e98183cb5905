"""Opening, migrating and copying a database; its tables, transactions, locks and clock."""
