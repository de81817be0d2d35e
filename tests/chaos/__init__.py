"""An attack on sync: servers, databases and connections are killed while tablets write and read.

`python -m tests.chaos` runs it against PostgreSQL, Redis and a pre-forked web server of its own,
then lets everything settle and compares what the server holds with what an oracle in plain Python
says it must hold. `python -m tests.chaos.mutants` breaks the server on purpose, in one way after
the other, and shows that each is found.
"""
