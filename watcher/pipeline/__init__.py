"""The order of the steps, and nothing else: each file reads top to bottom.

``poll``     read a source, store what it lists, match it
``tell``     what is due becomes alerts, then deliveries
``deliver``  send what is pending, mark it after
``apply``    bring the database to what the config asks for
``imports``  saved pages, stored and matched
"""
