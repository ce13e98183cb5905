"""Run the parsers in a process that can be stopped, so that no page of a stranger holds up the daemon.

``here``      run them in this process (the worker itself, and tests)
``apart``     run them in worker processes, kept warm, stopped and replaced
``process``   one worker, as its owner sees it: asked, waited for within bounds, killed
``frames``    what goes through the pipes between the two
``plain``     what was read as tuples, and back
``worker``    the program of a worker
``mishaps``   turn an exception that nobody foresaw into a reason
"""
