#!/bin/sh
# The dbt executable of the pipeline: dagster-dbt starts a file, and this file starts dbt under the pipeline's own Python.
# dagster-dbt asks for the version before each command; dbt's own answer would cost 3 CPU seconds of imports.
python=${CASELOAD_PYTHON:?set by orchestration/dbt_build.py}
if [ "$*" = --version ]; then
    exec "$python" -c 'from importlib.metadata import version; print(version("dbt-core"))'
fi
exec "$python" -m orchestration.dbt_command "$@"
