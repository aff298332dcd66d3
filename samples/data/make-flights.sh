#!/bin/bash
# Makes flights.csv again, byte for byte, from the npm package that the data was taken from. Needs npm and node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && npm pack --silent vega-datasets@3.2.1 >/dev/null && tar -xzf vega-datasets-3.2.1.tgz package/data/flights-200k.json)
node - "$folder/package/data/flights-200k.json" >flights.csv <<'NODE'
const flights = JSON.parse(require("fs").readFileSync(process.argv[2]));
const two = n => String(n).padStart(2, "0");
const lines = flights.map(flight => {
  const minutes = Math.round(flight.time * 60);
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)},${flight.delay},${flight.distance}`;
});
console.log(["departure,delay_minutes,distance_miles", ...lines].join("\n"));
NODE
echo "fb981f8125d68c4166bd264f8678b25566a8f25dc63822410626cf46e10d9af5  flights.csv" | sha256sum --check --quiet
