"""Run the parsers in a process that can be stopped, so that no stranger's page holds up the daemon.

``here``: run them in this process (in the worker itself, and in tests)
``apart``: run them in worker processes that are kept ready, stopped and replaced
``process``: one worker as its owner sees it: asked, waited for within limits, killed
``frames``: what goes through the pipes between the two
``plain``: what was read as tuples, and back
``worker``: the program of a worker
``mishaps``: turn an unforeseen exception into a reason
"""
