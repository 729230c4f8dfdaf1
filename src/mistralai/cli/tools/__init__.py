"""Answers with tools: functions of a file, and MCP servers.

Every call is shown before it runs, and runs only if the user allows it.
"""
