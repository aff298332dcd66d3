using System.Net;
using System.Text;
using Bacalhau.Compute.Probes;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Probes;

public sealed class HttpProbeTests
{
    [Theory]
    [InlineData(200, "fine", true, "")]
    [InlineData(204, "", true, "")]
    [InlineData(200, """{"ShouldBid": true}""", true, "")]
    [InlineData(200, """{"ShouldBid": false, "Reason": "too big"}""", false, "too big")]
    [InlineData(200, """{"shouldBid": true}""", true, "")]
    [InlineData(200, """{"shouldBid": false, "reason": "too big"}""", false, "too big")]
    [InlineData(200, "{}", false, "")]
    [InlineData(403, "go away", false, "status 403 go away")]
    [InlineData(500, """{"ShouldBid": true, "Reason": "broken"}""", false, "status 500 broken")]
    public async Task Answer_is_read(int status, string body, bool isYes, string reason)
    {
        using var server = new HttpListener();
        var port = FreePort.Next();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        using var probe = new HttpProbe(new Uri($"http://127.0.0.1:{port}/probe"));
        var asking = probe.AskAsync("""{"Job":{}}"""u8.ToArray(), default);
        var context = await server.GetContextAsync();
        using var question = new StreamReader(context.Request.InputStream);

        Assert.Equal(("POST", "application/json", """{"Job":{}}"""), (context.Request.HttpMethod, context.Request.ContentType, await question.ReadToEndAsync()));
        context.Response.StatusCode = status;
        context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);

        Assert.Equal(new ProbeAnswer(isYes, reason), await asking);
    }
}
