using Bacalhau.Worker.Supervision;
using Bacalhau.Worker.Wasm;

return args switch
{
    ["supervise", .. var rest] when SupervisedCommand.Parse(rest) is { } command => Supervisor.Run(command),
    ["wasm"] => WasmWorker.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bacalhau-worker wasm | supervise [--grace-ms N] -- COMMAND [ARG ...]");
    return 2;
}
