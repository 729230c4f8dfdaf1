"""The version, read by the build and sent in the user agent."""

__version__ = "3.8.0"
__user_agent__ = f"mistralai-stream-python/{__version__}"
