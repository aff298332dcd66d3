using System.Globalization;
using Bacalhau.Chaos;

var minutes = 2.0;
var seed = Random.Shared.Next(1, 1_000_000);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--minutes":
            minutes = double.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--seed":
            seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        default:
            Console.Error.WriteLine($"Unknown option {args[i]}. Usage: chaos [--minutes N] [--seed S]");
            return 2;
    }
}

if (Environment.GetEnvironmentVariable("BACALHAU_TEST_BINARY") is not { Length: > 0 } program)
{
    Console.Error.WriteLine("BACALHAU_TEST_BINARY is not set: scripts/chaos.sh sets it");
    return 2;
}

using var run = new ChaosRun(program, seed);
return await run.RunAsync(TimeSpan.FromMinutes(minutes)) ? 0 : 1;
