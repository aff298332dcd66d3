#!/bin/bash
# Measures and prints one table. bench/run.sh [NAME...]; without names: everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/dotnet.sh
scripts/build.sh >/dev/null
dotnet build bench/Benchmarks -c Release -v quiet --nologo -clp:ErrorsOnly
exec artifacts/build/bin/Benchmarks/release/Bacalhau.Benchmarks "$@"
