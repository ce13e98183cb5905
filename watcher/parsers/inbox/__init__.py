"""A folder into which people and mail filters drop saved pages."""
