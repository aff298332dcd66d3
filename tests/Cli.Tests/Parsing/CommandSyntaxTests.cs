using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Tests.Parsing;

/// <summary>The reference's grammar, where System.CommandLine alone has another.</summary>
public sealed class CommandSyntaxTests
{
    [Theory]
    [InlineData("docker run --name x img", "docker run", "img", "name=x")]
    [InlineData("docker run --name=x img", "docker run", "img", "name=x")]
    [InlineData("docker run -ex=1 -e=y=2 -e z=3 img", "docker run", "img", "env=x=1,y=2,z=3")]
    [InlineData("docker run --wait false", "docker run", "false", "wait=True")]
    [InlineData("docker run --wait=false img", "docker run", "img", "wait=False")]
    [InlineData("docker run --wait --wait=false img", "docker run", "img", "wait=False")]
    [InlineData("docker run -fex=1 img", "docker run", "img", "follow=True env=x=1")]
    [InlineData("docker run -f=false img", "docker run", "img", "follow=False")]
    [InlineData("docker run --name --wait img", "docker run", "img", "name=--wait")]
    [InlineData("docker run --name --wait=false img", "docker run", "img", "name=--wait=false")]
    [InlineData("docker run --name -- img", "docker run", "img", "name=--")]
    [InlineData("docker run --name= img", "docker run", "img", "name=")]
    [InlineData("docker run --name a=b:c img", "docker run", "img", "name=a=b:c")]
    [InlineData("docker run -w:x img", "docker run", "img", "workdir=:x")]
    [InlineData("docker run img a --name x b", "docker run", "img|a|b", "name=x")]
    [InlineData("docker run img -- -x --wait -- y", "docker run", "img|-x|--wait|--|y", "")]
    [InlineData("docker run img - @file", "docker run", "img|-|@file", "")]
    [InlineData("docker run img run docker", "docker run", "img|run|docker", "")]
    [InlineData("--name=x docker -c a run --name y img -c b", "docker run", "img", "name=y config=a|b")]
    [InlineData("-c job job list", "job list", "", "config=job")]
    [InlineData("job nope list", "job", "nope", "")]
    [InlineData("nope job list", "", "nope", "")]
    public void A_command_line_is_read_as_the_reference_reads_it(string line, string path, string words, string flags)
    {
        var parsed = new CommandSyntax(CommandTree.Create()).Parse(line.Split(' '));

        Assert.Equal(path, string.Join(' ', parsed.Path.Skip(1).Select(command => command.Name)));
        Assert.Equal(words, string.Join('|', parsed.Words));
        Assert.Equal(flags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), parsed.Flags.Select(flag => $"{flag.Name}={TextOf(parsed, flag)}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("docker run --nope img", "unknown flag: --nope")]
    [InlineData("docker run img --nope=1", "unknown flag: --nope")]
    [InlineData("docker run img ls -zx", "unknown shorthand flag: 'z' in -zx")]
    [InlineData("docker run -fz img", "unknown shorthand flag: 'z' in -z")]
    [InlineData("docker run img -=x", "unknown shorthand flag: '=' in -=x")]
    [InlineData("docker run img --name", "flag needs an argument: --name")]
    [InlineData("docker run img -fw", "flag needs an argument: 'w' in -w")]
    [InlineData("docker run --wait=maybe img", "invalid argument \"maybe\" for \"--wait\" flag: 'maybe' is not true or false")]
    [InlineData("job list --image x", "unknown flag: --image")]
    public void A_bad_command_line_is_refused(string line, string error)
    {
        Assert.Equal(error, Assert.Throws<CliException>(() => new CommandSyntax(CommandTree.Create()).Parse(line.Split(' '))).Message);
    }

    [Fact]
    public void A_flag_that_needs_no_text_needs_none_in_any_command()
    {
        // The command line is brought into its normal form before the command is known.
        var flags = Below(CommandTree.Create()).SelectMany(command => command.Flags.Concat(command.InheritedFlags)).Concat(GlobalFlags.All).ToList();
        var names = flags.Select(flag => (Name: "--" + flag.Name, flag.ValueAlone)).Concat(flags.Where(flag => flag.Shorthand is not null).Select(flag => (Name: "-" + flag.Shorthand, flag.ValueAlone)));

        Assert.All(names.GroupBy(flag => flag.Name), alike => Assert.True(alike.Select(flag => flag.ValueAlone).Distinct().Count() == 1, alike.Key));
    }

    private static IEnumerable<Command> Below(Command command) => command.Children.SelectMany(Below).Prepend(command);

    private static string TextOf(ParsedArguments parsed, Flag flag) => flag switch
    {
        Flag<string> text => parsed.Get(text),
        Flag<bool> truth => parsed.Get(truth).ToString(),
        Flag<System.Collections.Immutable.ImmutableArray<string>> texts => string.Join('|', parsed.Get(texts)),
        Flag<System.Collections.Immutable.ImmutableSortedDictionary<string, string>> pairs => string.Join(',', parsed.Get(pairs).Select(pair => $"{pair.Key}={pair.Value}")),
        _ => "?",
    };
}
