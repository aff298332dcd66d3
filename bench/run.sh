#!/bin/bash
# Measures and prints one table. bench/run.sh [NAME...]; without names: everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh
. scripts/lib/services.sh
scripts/build.sh >/dev/null
dotnet build bench/Benchmarks -c Release -v quiet --nologo -clp:ErrorsOnly

case " ${*:-download} " in *" download "*)
  open_services
  trap stop_services EXIT
  port=$(free_port)
  if start_nginx "$port" >&2; then export BACALHAU_TEST_WEB=http://localhost:$port BACALHAU_TEST_WEB_ROOT=$services/web; fi
  port=$(free_port)
  if start_radosgw "$port" bench s3cret >&2; then export BACALHAU_TEST_S3=http://bench:s3cret@127.0.0.1:$port; fi ;;
esac
artifacts/build/bin/Benchmarks/release/Bacalhau.Benchmarks "$@"
