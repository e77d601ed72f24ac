"""``python -m evals.documents FOLDER``."""

import sys

from evals.documents.survey import main

sys.exit(main())
