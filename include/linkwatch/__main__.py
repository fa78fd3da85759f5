"""`python -m linkwatch`: the command line, where the `linkwatch` script is not on the path."""

import sys

from linkwatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
