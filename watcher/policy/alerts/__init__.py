"""Decide which papers are told, to whom, and in which order.

``fate``       the fate of a match, with the reason
``items``      what a message shows of its matches
``order``      in which order papers are told
``rising``     how fast papers rose
``incidents``  what the operator and readers are told of a source's trouble
``became``     what became of imported papers, counted
"""
