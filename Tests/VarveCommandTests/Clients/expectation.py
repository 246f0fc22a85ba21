"""What scripts of clients say: which step was as it should be, and which was not."""


def expect(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r}")


def run(steps, *arguments):
    """Prints a line for each step, `ok STEP` or `FAILED STEP: why`."""
    for step in steps:
        name = step.__name__.replace("_", " ")
        try:
            step(*arguments)
            print("ok", name, flush=True)
        except Exception as error:
            print(f"FAILED {name}: {type(error).__name__}: {error}", flush=True)
