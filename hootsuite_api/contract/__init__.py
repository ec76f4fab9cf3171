"""The contract: every operation, field, value list and error code of the API.

`openapi.yaml` holds it; `load()` reads it.
"""

from hootsuite_api.contract.loader import Contract, load
from hootsuite_api.contract.model import ErrorCode, Operation, Parameter, Problem, Schema

__all__ = ["Contract", "ErrorCode", "Operation", "Parameter", "Problem", "Schema", "load"]
