"""Sets CQRS Portal up and runs it: python3 portal.py (see python3 portal.py --help)."""

# Old Pythons must be able to read this file, so that they can say what is wrong: nothing newer than 2.7 here.
import sys

OLDEST = (3, 11)


def refusal(version):  # type: (tuple[int, ...]) -> str | None
    """The sentence for a Python that is too old, or None."""
    if version[:2] >= OLDEST:
        return None
    return "CQRS Portal needs Python %d.%d or newer, and this is Python %d.%d; start it with a newer one." % (
        OLDEST + version[:2]
    )


if __name__ == "__main__":
    sentence = refusal(tuple(sys.version_info[:2]))
    if sentence:
        sys.stderr.write(sentence + "\n")
        sys.exit(1)
    from cqrs_portal.launcher.bootstrap import main

    sys.exit(main(sys.argv[1:]))
