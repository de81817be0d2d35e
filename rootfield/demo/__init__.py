"""The demo campaign: real root layers from ten sites, and the way they come into Rootfield.

`tables.read_folder` reads a campaign kept as six tidy CSV files, `builtin.read_builtin` the one
that ships with the project; both give the same `CampaignTables`. `mapping.map_campaign` turns
those into records in the words of the house. All of that is plain Python: no database, no
network, no clock.
"""
