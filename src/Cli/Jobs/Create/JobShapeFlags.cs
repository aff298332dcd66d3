using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Flags that describe a job around its task (spec: cli-config.md §3.1).</summary>
internal static class JobShapeFlags
{
    private static readonly Flag<string> _name = Flags.Text("name", "Name of the job; a job of that name is updated");
    private static readonly Flag<string> _namespace = Flags.Text("namespace", "Namespace of the job", value: "default");
    private static readonly Flag<long> _priority = Flags.Number("priority", "Priority; higher goes first");
    private static readonly Flag<long> _count = Flags.Number("count", "Number of executions", 1);
    private static readonly Flag<string> _target = new(
        "target", null, "all|any", "Whether the job runs on any matching nodes or on all of them", "any",
        (_, _, text) => text is "any" or "all" ? text : throw new FormatException($"expecting \"any\" or \"all\", not \"{text}\""))
    { ShownDefault = "any" };
    private static readonly Flag<ImmutableArray<string>> _labels = Flags.Words("labels", "Labels of the job, as key=value or key; may be repeated", 'l');
    private static readonly Flag<string> _constraints = Flags.Text("constraints", "Selector over labels of nodes, as zone=a,gpu,!old");

    private static readonly Flag<long> _concurrency = new("concurrency", null, "int", "", 1, (_, _, text) => (long)_count.Take(null, true, text)!)
    {
        IsHidden = true,
        Deprecation = "use --count",
        Excludes = "count",
    };

    private static readonly Flag<string> _selector = new("selector", 's', "string", "", "", (_, _, text) => text)
    {
        IsHidden = true,
        Deprecation = "use --constraints",
        Excludes = "constraints",
    };

    /// <summary>The flags.</summary>
    public static readonly ImmutableArray<Flag> All = [_name, _namespace, _priority, _count, _concurrency, _target, _labels, _constraints, _selector];

    /// <summary>The job that the flags describe.</summary>
    /// <exception cref="CliException">A label or a constraint is malformed.</exception>
    public static JobSpec Job(Invocation invocation, TaskSpec task) => new()
    {
        Name = invocation.Get(_name),
        Namespace = invocation.Get(_namespace),
        Type = invocation.Get(_target) == "all" ? "ops" : "batch",
        Priority = (int)invocation.Get(_priority),
        Count = (int)(invocation.Arguments.Has(_concurrency) ? invocation.Get(_concurrency) : invocation.Get(_count)),
        Constraints = Constraints(invocation.Arguments.Has(_selector) ? invocation.Get(_selector) : invocation.Get(_constraints)),
        Labels = Labels(invocation.Get(_labels)),
        Tasks = [task],
    };

    private static ImmutableArray<LabelRequirement> Constraints(string text) => LabelSelectorText.TryParse(text, out var requirements, out var reason)
        ? requirements
        : throw new CliException($"failed to parse job constraints: {reason}");

    private static ImmutableSortedDictionary<string, string> Labels(ImmutableArray<string> texts)
    {
        var labels = TextMap.Empty;
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            labels = labels.SetItem(equals < 0 ? text : text[..equals], equals < 0 ? "" : text[(equals + 1)..]);
        }
        foreach (var (key, value) in labels)
        {
            if (!LabelSyntax.IsKey(key) || !LabelSyntax.IsValue(value))
                throw new CliException($"received invalid job labels: '{key}={value}'", "Keys and values are letters, digits, '-', '_' and '.', at most 63; a key may begin with domain/");
        }
        return labels;
    }
}
