"""What sending costs, beside apprise alone and beside no library at all."""
