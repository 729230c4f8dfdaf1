"""What is measured in a client's own process, by the same code for each.

Each function takes the client's script (a module of `clients`), where the server is, and
sizes; it gives figures by name. A run of `scenarios` names it as `module:function`.
"""
