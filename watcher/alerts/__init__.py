"""Matches become alerts, alerts become deliveries: every decision on the way, each a pure function.

``schedule``  when a subscription is due, when it has to keep quiet
``fate``      what becomes of a match, with the reason
``became``    what has become of imported papers, counted
``changes``   what differs between the subscriptions of the config and those of the database
``effects``   what a change of the subscriptions did with the papers that were there
``bundle``    due alerts cut into messages
``retry``     what an attempt means for its delivery and for its endpoint
``incidents`` what the operator should hear
"""
