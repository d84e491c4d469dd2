"""What schemathesis can't find out by itself."""

import os
import pathlib

import schemathesis

COMPONENT = pathlib.Path(os.environ["MAYFLY_COMPONENT"]).read_bytes()
OWN_KEY = os.environ["MAYFLY_KEY_ID"]


@schemathesis.serializer("application/wasm")
def component(context, value):
    """Random bytes never are one."""
    return COMPONENT


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Leaves the key alone that all of this is asked with: without it nothing more is answered."""
    if case.path_parameters and case.path_parameters.get("id") == OWN_KEY:
        case.path_parameters["id"] = "0" * len(OWN_KEY)
