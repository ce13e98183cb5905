"""The demo: a site of invented papers inside the process, and two simulated days of watching it.

``papers``: the invented papers
``site``: their pages, served on this machine
``tour``: the real pipeline, run over both days
"""
