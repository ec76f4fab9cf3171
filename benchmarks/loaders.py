"""What loading costs: target-duckdb beside target-postgres, with the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.cpu import job, world
from benchmarks.figures import Figure, Place, at_most, exactly
from benchmarks.measure import Cost
from benchmarks.measure import Program
from demo.postgres import database
