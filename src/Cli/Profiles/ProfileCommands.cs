using System.Text.Json.Nodes;
using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Profiles;

/// <summary><c>bacalhau profile</c>: saved connections.</summary>
internal static class ProfileCommands
{
    private const string DefaultTimeout = "30s";
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);
    private static readonly Flag<string> _endpoint = Flags.Text("endpoint", "Address of the API, as http://host:1234");
    private static readonly Flag<string> _description = Flags.Text("description", "What it is, for people");
    private static readonly Flag<string> _timeout = Flags.Text("timeout", "Taken for compatibility, as 30s");
    private static readonly Flag<bool> _insecure = Flags.Bool("insecure", "Do not verify the server's certificate");
    private static readonly Flag<bool> _select = Flags.Bool("select", "Make it the current one");
    private static readonly Flag<bool> _showToken = Flags.Bool("show-token", "Show the whole token");
    private static readonly Flag<bool> _force = Flags.Bool("force", "Do not ask", 'f');

    /// <summary>The group.</summary>
    public static Command Create() => new("profile", "Save connections and choose between them")
    {
        Children =
        [
            new("delete", "Delete a saved connection") { Arguments = "NAME", Flags = [_force], Count = ArgumentCount.Exactly(1), RunAsync = Run(Delete) },
            new("list", "List the saved connections") { Flags = _output.Tabular, RunAsync = Run(List) },
            new("save", "Save a connection, or change a saved one")
            {
                Arguments = "NAME",
                Flags = [_endpoint, _description, _timeout, _insecure, _select],
                Count = ArgumentCount.Exactly(1),
                RunAsync = Run(Save),
            },
            new("select", "Make a saved connection the current one") { Arguments = "NAME", Count = ArgumentCount.Exactly(1), RunAsync = Run(Select) },
            new("show", "Show a saved connection") { Arguments = "[NAME]", Flags = [_showToken], Count = new(0, 1), RunAsync = Run(Show) },
        ],
    };

    private static Func<Invocation, CancellationToken, Task<int>> Run(Action<Invocation, ProfileStore> action) => (invocation, _) =>
    {
        action(invocation, new ProfileStore(invocation.Settings[GeneralKeys.DataDir].ToString()));
        return Task.FromResult(0);
    };

    private static void List(Invocation invocation, ProfileStore store)
    {
        var profiles = store.All;
        if (profiles.IsEmpty)
        {
            invocation.Host.Output.WriteLine("No profiles found");
            return;
        }
        var current = store.Current;
        new ResultWriter(invocation, _output).WriteList(
            profiles,
            [
                new("CURRENT", profile => profile.Name == current ? "*" : ""),
                new("NAME", profile => profile.Name),
                new("ENDPOINT", profile => profile.Endpoint),
                new("AUTH", AuthOf),
            ],
            () => new JsonArray([.. profiles.Select(profile => new JsonObject
            {
                ["current"] = profile.Name == current ? "*" : "",
                ["name"] = profile.Name,
                ["endpoint"] = profile.Endpoint,
                ["auth"] = AuthOf(profile),
            })]).ToJsonString());
    }

    private static string AuthOf(Profile profile) => profile.Token.Length > 0 ? "token" : "";

    private static void Save(Invocation invocation, ProfileStore store)
    {
        var name = invocation.Words[0];
        if (ProfileStore.CleanName(name).Length == 0)
            throw new CliException("failed to save profile: profile name cannot be empty");
        var old = store.Find(name);
        if (old is null && invocation.Get(_endpoint).Length == 0)
            throw new CliException("endpoint is required when creating a new profile", $"bacalhau profile save {name} --endpoint http://host:1234");
        var timeout = invocation.Get(_timeout);
        if (timeout.Length > 0 && !GoDuration.TryParse(timeout, out _))
            throw new CliException($"failed to save profile: invalid profile: invalid timeout \"{timeout}\"", "A number with a unit, as 30s");
        var profile = old ?? new Profile(ProfileStore.CleanName(name), "", "", "", "", IsInsecure: false);
        store.Save(profile with
        {
            Endpoint = Given(invocation, _endpoint, profile.Endpoint),
            Description = Given(invocation, _description, profile.Description),
            Timeout = Given(invocation, _timeout, profile.Timeout),
            IsInsecure = profile.IsInsecure || invocation.Get(_insecure),
        });
        invocation.Host.Output.WriteLine($"Profile \"{name}\" saved");
        if (invocation.Get(_select))
            Select(invocation, store);
    }

    private static string Given(Invocation invocation, Flag<string> flag, string old) => invocation.Get(flag) is { Length: > 0 } text ? text : old;

    private static void Select(Invocation invocation, ProfileStore store)
    {
        var name = invocation.Words[0];
        if (!store.Has(name))
            throw new CliException($"failed to select profile: profile \"{name}\" not found", "Run 'bacalhau profile list' for the saved ones");
        store.Select(name);
        invocation.Host.Output.WriteLine($"Switched to profile \"{name}\"");
    }

    private static void Show(Invocation invocation, ProfileStore store)
    {
        var name = invocation.Words is [var word, ..] ? word
            : invocation.Host.Variable("BACALHAU_PROFILE") is { Length: > 0 } chosen ? chosen
            : store.Current ?? throw new CliException("no current profile set", "Name one, or choose one with 'bacalhau profile select'");
        var profile = store.Find(name) ?? throw new CliException($"failed to load profile: profile \"{name}\" not found", "Run 'bacalhau profile list' for the saved ones");
        var output = invocation.Host.Output;
        output.WriteLine($"Name:        {profile.Name}{(profile.Name == store.Current ? " (current)" : "")}");
        output.WriteLine($"Endpoint:    {profile.Endpoint}");
        output.WriteLine($"Auth:        {(profile.Token.Length == 0 ? "none" : $"token ({(invocation.Get(_showToken) ? profile.Token : Redacted(profile.Token))})")}");
        output.WriteLine($"TLS:         {(profile.IsInsecure ? "insecure" : "secure")}");
        output.WriteLine($"Timeout:     {(profile.Timeout.Length > 0 ? profile.Timeout : DefaultTimeout)}");
        if (profile.Description.Length > 0)
            output.WriteLine($"Description: {profile.Description}");
    }

    private static string Redacted(string token) => token.Length <= 8 ? "****" : $"{token[..4]}****{token[^4..]}";

    private static void Delete(Invocation invocation, ProfileStore store)
    {
        var name = invocation.Words[0];
        if (!store.Has(name))
            throw new CliException($"profile \"{name}\" not found", "Run 'bacalhau profile list' for the saved ones");
        if (store.Current == ProfileStore.CleanName(name) && !invocation.Get(_force) && !Agrees(invocation.Host, name))
        {
            invocation.Host.Output.WriteLine("Deletion cancelled");
            return;
        }
        store.Delete(name);
        invocation.Host.Output.WriteLine($"Profile \"{name}\" deleted");
    }

    private static bool Agrees(CliHost host, string name)
    {
        host.Output.Write($"Profile \"{name}\" is the current profile. Delete anyway? [y/N]: ");
        host.Output.Flush();
        var answer = host.Input.ReadLine() ?? throw new CliException("failed to read response: EOF", "Use --force to delete without being asked");
        return answer.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
