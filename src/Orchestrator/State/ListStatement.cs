using System.Text;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Orchestrator.State;

/// <summary>Lists whose shape follows the query, in the same SQL as <see cref="Statements"/>. Every value is a parameter.</summary>
internal static class ListStatement
{
    /// <summary>A version of a job may be refused by thousands of nodes, and again ten minutes later: the first refused executions tell enough.</summary>
    private const int MostRefused = 10;

    private static readonly string _isShown = $"""
        NOT (state = {(int)ExecutionState.BidRejected} AND key > COALESCE((
            SELECT refused.key FROM executions refused
            WHERE refused.job_key = executions.job_key AND refused.job_version = executions.job_version AND refused.state = {(int)ExecutionState.BidRejected}
            ORDER BY refused.key LIMIT 1 OFFSET {MostRefused - 1}), {long.MaxValue}))
        """;

    private static readonly string _endedStates = string.Join(", ", Enum.GetValues<ExecutionState>().Where(state => state.IsTerminal()).Select(state => (int)state));

    private static readonly string _jobColumns = string.Join(", ", Statements.JobColumns.Split(", ").Select(column => "jobs." + column));

    /// <summary>A page of jobs; requirements that compare numbers are left to the reader.</summary>
    public static (string Sql, object?[] Values) Jobs(JobListQuery query)
    {
        var terms = new Terms();
        var labels = query.Labels.Where(IsInStatement).ToList();
        var leading = query.ByChange ? null : labels.Find(label => label is { Operator: "=" or "==", Values.Length: 1 });
        if (leading is not null)
        {
            // In order of creation, the index over labels gives the page at once, however rare the label is.
            labels.Remove(leading);
            terms.Add($"labelled.name = {terms.Value(Utf8(leading.Key))} AND labelled.value = {terms.Value(Utf8(leading.Values[0]))}");
        }

        if (query.Namespace is { } space)
        {
            terms.Add($"namespace = {terms.Value(space)}");
        }

        if (query.State is { } state)
        {
            terms.Add($"state = {terms.Value((long)state)}");
        }

        labels.ForEach(requirement => AddLabel(terms, requirement));
        var (key, from) = leading is null ? ("key", "jobs") : ("labelled.job_key", "job_labels labelled JOIN jobs ON jobs.key = labelled.job_key");
        return Page($"SELECT {_jobColumns} FROM {from}", terms, key, query.ByChange, query.NewestFirst, query.After);
    }

    /// <summary>A page of a job's executions; of those that were refused only the first of each version.</summary>
    public static (string Sql, object?[] Values) Executions(ExecutionListQuery query)
    {
        var terms = new Terms();
        terms.Add($"job_key = {terms.Value(query.Job)}");
        if (query.Version > 0)
        {
            var version = $"job_version = {terms.Value((long)query.Version)}";
            terms.Add(query.WithLive ? $"({version} OR (is_live = 1 AND state NOT IN ({_endedStates})))" : version);
        }

        terms.Add(_isShown);

        return Page(
            $"SELECT {Statements.ExecutionRead}, {Statements.ExecutionEndRead} FROM executions", terms, "key", query.ByChange, query.NewestFirst, query.After);
    }

    /// <summary>Whether a requirement is checked by the statement.</summary>
    public static bool IsInStatement(LabelRequirement requirement) => requirement.Operator is "in" or "notin" or "=" or "==" or "!=" or "exists" or "!";

    private static (string Sql, object?[] Values) Page(string select, Terms terms, string key, bool byChange, bool newestFirst, PagePlace? after)
    {
        var (direction, sign) = newestFirst ? ("DESC", "<") : ("ASC", ">");
        if (after is { } place)
        {
            terms.Add(byChange
                ? $"(modified_at, {key}) {sign} ({terms.Value(place.Time)}, {terms.Value(place.Key)})"
                : $"{key} {sign} {terms.Value(place.Key)}");
        }

        var order = byChange ? $"modified_at {direction}, {key} {direction}" : $"{key} {direction}";
        return ($"{select}{terms.Where} ORDER BY {order}", terms.Values);
    }

    private static void AddLabel(Terms terms, LabelRequirement requirement)
    {
        var isNegative = requirement.Operator is "notin" or "!=" or "!";
        var found = $"SELECT 1 FROM job_labels WHERE job_key = jobs.key AND name = {terms.Value(Utf8(requirement.Key))}";
        if (requirement.Operator is "in" or "notin" or "=" or "==" or "!=" && requirement.Values.Length > 0)
        {
            found += $" AND value IN ({string.Join(", ", requirement.Values.Select(value => terms.Value(Utf8(value))))})";
        }

        terms.Add($"{(isNegative ? "NOT " : "")}EXISTS ({found})");
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private sealed class Terms
    {
        private readonly List<string> terms = [];
        private readonly List<object?> values = [];

        public object?[] Values => [.. values];

        public string Where => terms.Count == 0 ? "" : " WHERE " + string.Join(" AND ", terms);

        public void Add(string term) => terms.Add(term);

        public string Value(object? value)
        {
            values.Add(value);
            return $"@v{values.Count}";
        }
    }
}
