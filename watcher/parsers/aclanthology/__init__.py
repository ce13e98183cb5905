"""Sources of kind ``aclanthology``: what the ACL Anthology adds, and its collections with abstracts and corrections."""
