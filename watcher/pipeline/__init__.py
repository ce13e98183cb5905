"""The order of the steps, and nothing else: each file reads top to bottom.

``polling/``: read a source, store and match what it lists
``record``: store and match entries: the one way in, for polls, saved pages and inboxes
``imports``: store and match saved pages
``inbox``: store and match the files of an inbox
``saved_pages``: read saved pages and files of an inbox
``telling/``: make alerts of due subscriptions, deliveries of due alerts; say what deliveries contain
``subscriptions/``: bring the database to what the config and the commands ask for
``liking/``: profiles of libraries, similar papers, rules suggested for a library
``marking``: star papers, mark them as read
``thumbs``: take thumbs, let them move scores
``people``: export and forget what is kept of a person
``searching``: search stored papers by a rule
``report``: what commands print as objects
``restoring``: bring a restored database up to now
``folding``: store the folded words of papers
``retention``: delete old history
``one_by_one``: do the same for many, so that one that fails holds up no other
``rulebook``: the index of all rules, kept up to date
``context``: what all steps work with
"""
