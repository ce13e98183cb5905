"""Decide how alerts become messages, which message is sent next, and when a failed one is tried again.

``bundle``  due alerts cut into messages
``lanes``   which delivery is sent next, by how its endpoint does
``rate``    how many messages a receiver may get
``retry``   what an attempt means for its delivery and endpoint
"""
