#!/bin/sh
# What delays.c does, for busybox: each partition counts the lines that begin in its share of the file's bytes.
set -euo pipefail
input=$1 folder=$2
index=${BACALHAU_PARTITION_INDEX:-0} partitions=${BACALHAU_PARTITION_COUNT:-1}
output=$folder/hours-$index.csv
size=$(wc -c <"$input")

awk -F '[:,]' -v begin=$((size * index / partitions)) -v end=$((size * (index + 1) / partitions)) \
  -v index_="$index" -v partitions="$partitions" -v output="$output" '
  {
    at = next_line
    next_line += length($0) + 1
    if (at < begin || at >= end || NR == 1) next
    hour = $1
    flights[hour]++
    late[hour] += $3 >= 15
    delay[hour] += $3
  }
  END {
    print "hour,flights,late,delay_minutes" >output
    for (i = 0; i < 24; i++) {
      hour = sprintf("%02d", i)
      if (!(hour in flights)) continue
      printf "%s,%d,%d,%d\n", hour, flights[hour], late[hour], delay[hour] >output
      all += flights[hour]
      all_late += late[hour]
    }
    printf "partition %d of %d: %d flights, %d of them late by 15 minutes or more\n", index_, partitions, all, all_late
  }' "$input"
