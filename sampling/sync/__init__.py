"""The door of tablets: the wire protocol "rootfield sync 1" (docs/sync/clients.md).

Outsiders use nothing from here but `urls`.
"""
