using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bacalhau.Tidy.Tests;

public sealed partial class AwaitTests
{
    /// <summary>
    /// The folders and files whose loops run in the simulator, on one thread with a virtual clock. What is written there stays on that
    /// thread: forms that jump to the thread pool are banned.
    /// </summary>
    private static readonly string[] _simulated =
    [
        "src/Compute/Executions",
        "src/Compute/Node",
        "src/Compute/Store",
        "src/Orchestrator/Messaging",
        "src/Orchestrator/State",
    ];

    [Fact]
    public void Nothing_is_async_void() => Rule.Holds(
        "Return Task: nobody can wait for these, and their exceptions end the process:",
        from file in Repository.Code
        from method in file.Syntax.DescendantNodes()
        let isAsyncVoid = method switch
        {
            MethodDeclarationSyntax m => m.Modifiers.Any(x => x.Text == "async") && m.ReturnType.ToString() == "void",
            LocalFunctionStatementSyntax l => l.Modifiers.Any(x => x.Text == "async") && l.ReturnType.ToString() == "void",
            _ => false,
        }
        where isAsyncVoid
        select file.PlaceOf(method));

    [Fact]
    public void Simulated_code_stays_on_its_thread() => Rule.Holds(
        "These forms continue on the thread pool, where the simulator cannot follow (style of loops that are simulated):",
        from file in Simulated
        from node in file.Syntax.DescendantNodes().Where(node => node is InvocationExpressionSyntax or AwaitExpressionSyntax or ForEachStatementSyntax)
        let form = BannedForm(node)
        where form is not null
        select $"{file.PlaceOf(node)}: {form}");

    [Fact]
    public void Simulated_folders_exist() => Rule.Holds(
        "AwaitTests lists folders or files that do not exist:",
        _simulated.Where(path => !Repository.Exists(path)));

    private static IEnumerable<CodeFile> Simulated =>
        Repository.Code.Where(file => _simulated.Any(path => file.Path == path || file.Path.StartsWith(path + "/", StringComparison.Ordinal)));

    private static string? BannedForm(Microsoft.CodeAnalysis.SyntaxNode node)
    {
        if (node is not InvocationExpressionSyntax call)
        {
            return null;
        }

        var target = call.Expression.ToString();
        var name = target[(target.LastIndexOf('.') + 1)..];
        var isBanned = name switch
        {
            "ConfigureAwait" => call.ArgumentList.Arguments.ToString() != "true",
            "ReadAllAsync" or "CancelAsync" or "QueueUserWorkItem" or "StartNew" => true,
            "Run" or "WhenEach" => target is "Task.Run" or "Task.WhenEach",
            "For" or "ForAsync" or "ForEach" or "ForEachAsync" or "Invoke" => target.StartsWith("Parallel.", StringComparison.Ordinal),
            "WaitAsync" => SemaphorePattern().IsMatch(target) && call.ArgumentList.Arguments.Count > 0,
            _ => false,
        };
        return isBanned ? target : null;
    }

    /// <summary>Semaphores are known by their names here, since the source is not compiled.</summary>
    [GeneratedRegex("(semaphore|gate|slots?|mutex|limit|turn)", RegexOptions.IgnoreCase)]
    private static partial Regex SemaphorePattern();
}
