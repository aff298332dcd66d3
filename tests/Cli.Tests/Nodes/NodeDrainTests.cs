using System.Text;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Nodes;

public sealed class NodeDrainTests
{
    [Theory]
    [InlineData("drain", "--deadline 1m30s -m disk", """{"Action":"drain","Message":"disk","NodeID":"n-1","Deadline":90}""")]
    [InlineData("drain", "", """{"Action":"drain","Message":"","NodeID":"n-1"}""")]
    [InlineData("undrain", "", """{"Action":"undrain","Message":"","NodeID":"n-1"}""")]
    public async Task Action_is_sent_with_its_deadline_in_seconds(string action, string flags, string sent)
    {
        var body = "";
        await using var api = new FakeApi().On("PUT", "/api/v1/orchestrator/nodes/n-1", request =>
        {
            using var reader = new StreamReader(request.InputStream);
            body = reader.ReadToEnd();
            return new(200, Encoding.UTF8.GetBytes("""{"Success":true}"""));
        });
        using var cli = new CliRun();
        var result = await cli.With(api).RunAsync(["node", action, "n-1", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((0, "Ok\n"), (result.ExitCode, result.Output));
        Assert.Equal(sent, body);
    }
}
