import sys

from harness.needs import told

from .run import main

sys.exit(told(main))
