"""Serve pages for a browser, feeds and figures (extra ``web``).

``site``: what the pages work with; ``serving``: the server and its thread; ``door`` opens both
``app``: the table of addresses; ``guard``: who may read and act, and the headers of every answer
``frame``: what every page shows around its content; ``overall``: whether all is well
``turns``: takes turns at trying rules, one at a time
``acts``, ``session``: what buttons do; signing in
``rule_test``: a test of a rule, sent to a receiver
``figures``: for Prometheus
``screens/``: one file for each page
``api/``: what programs ask for
``views/``: what pages and feeds show, prepared
``templates/``, ``static/``: what pages are made of and look like
"""
