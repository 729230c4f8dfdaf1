"""The measuring code, which runs in the process of each client.

Each function takes the client's script (a module of `clients`), the address of the server, and
sizes; it returns figures by name. `runs` names it as `module:function`.
"""
