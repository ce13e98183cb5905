"""Decide: pure functions of values and of ``now``. What acts on the decisions lies on the floors above.

``polls``          which pages are read, how a poll went, what is missing, when the next one is
``subscriptions``  what changed in the config, and what that did to stored papers
``schedules``      when subscriptions are due
``alerts``         which papers are told, to whom, in which order; what is told of a source's trouble
``deliveries``     how alerts become messages, which message is sent next, when a failed one is tried again
"""
