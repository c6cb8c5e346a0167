#!/bin/sh
# Before a deployment: the schema by the official CLI, then the job queue's own tables.
# SUPABASE_DB_URL is the direct connection of the project's owner; it is set for this command only.
set -eu
cd /app
/opt/supabase/node_modules/.bin/supabase db push --yes --db-url "$SUPABASE_DB_URL"
python -m api_gateway.worker --apply-schema
