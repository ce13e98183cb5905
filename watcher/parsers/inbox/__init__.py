"""Read a folder into which people and mail filters put saved pages."""
