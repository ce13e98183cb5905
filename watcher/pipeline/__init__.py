"""The order of the steps, and nothing else: each file reads top to bottom.

``polling/``        read a source, store and match what it lists
``record``          store and match: the one way in, for polls, saved pages and inboxes
``imports``         store and match saved pages
``inbox``           store and match the files of an inbox
``saved_pages``     read saved pages and files of an inbox
``telling/``        make alerts of due subscriptions, deliveries of due alerts; say what deliveries contain
``subscriptions/``  bring the database to what the config and the commands ask for
``retention``       delete old history
``one_by_one``      do the same for many, so that one holds up no other
``rulebook``        the index of all rules, kept up to date
``context``         what all steps work with
"""
