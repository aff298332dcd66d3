using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Cli.Output;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Parsing;

/// <summary>Flags of commands that list things page by page.</summary>
internal sealed record ListFlags(Flag<long> Limit, Flag<string> NextToken, Flag<string> OrderBy, Flag<bool> OrderReversed)
{
    /// <summary>The flags.</summary>
    public ImmutableArray<Flag> All => [Limit, NextToken, OrderBy, OrderReversed];

    /// <summary>Flags with a default limit and the fields that can order.</summary>
    public static ListFlags With(long limit, string fields) => new(
        Flags.Count("limit", "How many to list; 0 for all", limit),
        Flags.Text("next-token", "Where the next page begins"),
        Flags.Text("order-by", fields.Length > 0 ? "Field to order by: " + fields : "Field to order by"),
        Flags.Bool("order-reversed", "Reverse the order"));

    /// <summary>The query with what the flags say.</summary>
    public ApiQuery Query(Invocation invocation) => new ApiQuery()
        .With("limit", invocation.Get(Limit))
        .With("next_token", invocation.Get(NextToken))
        .With("order_by", invocation.Get(OrderBy))
        .With("reverse", invocation.Get(OrderReversed));

    /// <summary>Says how to go on after a page, on the error stream where the output is for programs.</summary>
    public void TellNextPage(Invocation invocation, OutputFlags output, JsonElement answer, string command)
    {
        if (ApiClient.NextTokenOf(answer) is not { Length: > 0 } token)
            return;
        var isForPeople = invocation.Get(output.Format) == OutputFormat.Table;
        var target = isForPeople ? invocation.Host.Output : invocation.Host.Error;
        target.WriteLine();
        target.WriteLine("To fetch more records use:");
        target.WriteLine($"\tbacalhau {command} --limit {invocation.Get(Limit)} --next-token {token}");
    }
}
