#!/bin/bash
# Shows that the simulation finds what it is there to find: builds each mutant (a patch that takes one promise out of the sources) in a copy, runs the
# simulation on it, and fails if 200 seeds find nothing wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib/packages.sh
. scripts/lib/dotnet.sh

command -v patch >/dev/null || install_packages patch

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"

# simulate NAME SEEDS: whether the seeds find nothing.
simulate() {
  BACALHAU_SIMULATION_SEEDS=$2 CI= timeout 300 "$copy/artifacts/build/bin/Simulation/release/Bacalhau.Simulation" \
    -noLogo -noColor -class Bacalhau.Simulation.ClusterSimulationTests >"$copy/$1.log" 2>&1
}

survived=0
for patch in "$PWD"/tests/Simulation/mutants/*.patch; do
  name=$(basename "$patch" .patch)
  patch -s -p1 -d "$copy" <"$patch"
  # A mutant need not be good style.
  dotnet build "$copy/tests/Simulation" -c Release -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false -v quiet --nologo -clp:ErrorsOnly
  # Few at first: most mutants are found at once.
  if simulate "$name" 1-8 && simulate "$name" 9-200; then
    echo "$name: NOT FOUND within 200 seeds"
    survived=$((survived + 1))
  else
    found=$(grep -m 1 -oE '^seed [0-9]+: .*' "$copy/$name.log" | cut -c1-160) || true
    [ -n "$found" ] || { cat "$copy/$name.log"; exit 1; }
    echo "$name: found by $found"
  fi
  patch -s -R -p1 -d "$copy" <"$patch"
done
exit "$survived"
