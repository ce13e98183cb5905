"""Pages for a browser, feeds and figures (extra ``web``).

``site``               what the pages work with; ``serving``: the server and its thread
``app``                the table of addresses; ``guard``: who may read and act, and what every answer carries
``frame``              what every page shows: whether all is well, where to go; ``overall`` finds that out
``turns``              rules are tried one at a time
``acts``, ``session``  what buttons do; signing in
``rule_test``          a test of a rule, sent to a receiver
``figures``            for Prometheus
``screens/``           one file for each page
``api/``               what programs ask for
``views/``             what pages and feeds show, prepared
``templates/``, ``static/``
"""
