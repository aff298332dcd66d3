using System.Globalization;

namespace Bacalhau.Worker.Supervision;

/// <summary>What <c>bacalhau-worker supervise</c> is asked to run.</summary>
/// <param name="Grace">From TERM to KILL when the parent has gone.</param>
/// <param name="Program">Path or name of the program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record SupervisedCommand(TimeSpan Grace, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Reads <c>[--grace-ms N] -- COMMAND [ARG ...]</c>; null if it is something else.</summary>
    public static SupervisedCommand? Parse(ReadOnlySpan<string> arguments)
    {
        var grace = TimeSpan.FromSeconds(5);
        if (arguments is ["--grace-ms", var text, .. var rest])
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            {
                return null;
            }

            grace = TimeSpan.FromMilliseconds(milliseconds);
            arguments = rest;
        }

        return arguments is ["--", var program, .. var own] ? new SupervisedCommand(grace, program, own.ToArray()) : null;
    }
}
