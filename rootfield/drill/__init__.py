"""The restore drill: a fleet of tablets lives through the loss of a day; everything is compared.

`practice.practise` runs it on the database at hand, which has to be an empty one; the command
`drill` makes a scratch database for it.
"""
