using Bacalhau.Worker.Supervision;

return args switch
{
    ["supervise", .. var rest] when SupervisedCommand.Parse(rest) is { } command => Supervisor.Run(command),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bacalhau-worker supervise [--grace-ms N] -- COMMAND [ARG ...]");
    return 2;
}
