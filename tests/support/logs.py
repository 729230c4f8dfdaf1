"""A logger that a test reads."""


class Lines(list[str]):
    """The lines that were logged, for `debug_logger`."""

    def debug(self, message: str, *args: object) -> None:
        """Take a line as `logging.Logger.debug` does."""
        self.append(message % args)
