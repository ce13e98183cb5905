"""Decide what is told, when, and in how many messages. Every decision is a pure function.

``schedule``   when a subscription is due, when quiet hours end
``fate``       the fate of a match, with the reason
``changes``    how the config's subscriptions differ from the stored ones
``effects``    what a change of subscriptions did to stored papers
``bundle``     due alerts cut into messages
``order``      in which order papers are told
``rising``     how fast papers rose
``items``      what a message shows of its matches
``sending``    which delivery is sent next
``rate``       how many messages a receiver may get
``retry``      what an attempt means for its delivery and endpoint
``incidents``  what the operator is told of a source
``became``     what became of imported papers, counted
``cron``       cron expressions
"""
