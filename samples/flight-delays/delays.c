// Which hour of the day has the latest flights? Each partition reads its share of the bytes of one file, counts by hour, and
// writes a table that can be added to those of the others.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOURS = 24, LATE_MINUTES = 15 };

struct hour {
    long flights;
    long late;
    long delay_minutes;
};

static long from_environment(const char *name, long otherwise) {
    const char *value = getenv(name);
    return value == NULL ? otherwise : strtol(value, NULL, 10);
}

static void fail(const char *path) {
    perror(path);
    exit(1);
}

// A line belongs to the partition in whose bytes it begins. Without the header, which is nobody's.
static long count(FILE *file, long begin, long end, struct hour hours[HOURS]) {
    char line[128];
    long at = 0, flights = 0;
    if (begin > 0) {
        // The line before, to its end: should one begin exactly at "begin", it is ours.
        fseek(file, begin - 1, SEEK_SET);
        at = begin - 1;
        if (fgets(line, sizeof line, file) != NULL) at += (long)strlen(line);
    }
    while (at < end && fgets(line, sizeof line, file) != NULL) {
        at += (long)strlen(line);
        int hour, minute;
        long delay;
        if (sscanf(line, "%d:%d,%ld,", &hour, &minute, &delay) != 3 || hour < 0 || hour >= HOURS) continue;
        hours[hour].flights++;
        hours[hour].late += delay >= LATE_MINUTES;
        hours[hour].delay_minutes += delay;
        flights++;
    }
    return flights;
}

int main(int argc, char **argv) {
    const char *input = argc > 1 ? argv[1] : "/inputs/flights.csv";
    const char *folder = argc > 2 ? argv[2] : "/outputs";
    long index = from_environment("BACALHAU_PARTITION_INDEX", 0);
    long partitions = from_environment("BACALHAU_PARTITION_COUNT", 1);

    FILE *file = fopen(input, "r");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail(input);
    long long size = ftell(file);
    rewind(file);
    struct hour hours[HOURS] = {0};
    long flights = count(file, (long)(size * index / partitions), (long)(size * (index + 1) / partitions), hours);
    fclose(file);

    char output[256];
    snprintf(output, sizeof output, "%s/hours-%ld.csv", folder, index);
    FILE *table = fopen(output, "w");
    if (table == NULL) fail(output);
    fprintf(table, "hour,flights,late,delay_minutes\n");
    long late = 0;
    for (int hour = 0; hour < HOURS; hour++) {
        if (hours[hour].flights == 0) continue;
        fprintf(table, "%02d,%ld,%ld,%ld\n", hour, hours[hour].flights, hours[hour].late, hours[hour].delay_minutes);
        late += hours[hour].late;
    }
    if (fclose(table) != 0) fail(output);

    printf("partition %ld of %ld: %ld flights, %ld of them late by %d minutes or more\n", index, partitions, flights, late, LATE_MINUTES);
    return 0;
}
