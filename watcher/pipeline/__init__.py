"""The order of the steps, and nothing else: each file reads top to bottom.

``poll``     read a source, store what it lists, match it
``tell``     what is due becomes alerts, then deliveries
``sender``   send what is pending: ``claim``, ``send`` (render and send), ``results`` (record)
``apply``    bring the database to what the config asks for
``record``   the one way in: store and match what polls, saved pages and inboxes list
"""
