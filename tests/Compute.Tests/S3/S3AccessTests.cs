using Amazon.Runtime;
using Bacalhau.Compute.S3;

namespace Bacalhau.Compute.Tests.S3;

/// <summary>Which of the node's credentials go where.</summary>
public sealed class S3AccessTests
{
    [Theory]
    [InlineData("https://s3.amazonaws.com", true)]
    [InlineData("https://s3.eu-west-1.amazonaws.com", true)]
    [InlineData("https://s3-us-west-2.amazonaws.com/", true)]
    [InlineData("https://s3.dualstack.us-gov-east-1.amazonaws.com", true)]
    [InlineData("https://s3-fips.dualstack.us-east-1.amazonaws.com", true)]
    [InlineData("https://s3.cn-north-1.amazonaws.com.cn", true)]
    [InlineData("http://s3.eu-west-1.amazonaws.com", false)]
    [InlineData("https://s3.eu-west-1.amazonaws.com:8443", false)]
    [InlineData("https://ec2-3-1-2-3.compute-1.amazonaws.com", false)]
    [InlineData("https://s3-mine-123.us-east-1.elb.amazonaws.com", false)]
    [InlineData("https://abc.execute-api.us-east-1.amazonaws.com", false)]
    [InlineData("https://s3.amazonaws.com.example.org", false)]
    [InlineData("https://s3.example.org/s3.amazonaws.com", false)]
    public void Credentials_of_a_role_go_to_S3_itself_only(string endpoint, bool areSent)
    {
        var keys = new S3Keys(new SessionAWSCredentials("a", "b", "c"), AreStatic: false, "role");

        Assert.Equal(areSent, !S3Access.KeysFor(new S3Options(), new S3Place(new Uri(endpoint), "us-east-1"), keys).AreNone);
    }

    [Fact]
    public async Task Variables_of_the_node_give_keys_and_a_session()
    {
        var set = new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "AK", ["AWS_SECRET_ACCESS_KEY"] = "s3cret" };
        var fixedKeys = await new NodeS3Keys(set.GetValueOrDefault, TimeProvider.System).FindAsync();
        set["AWS_SESSION_TOKEN"] = "t0ken";
        var session = await new NodeS3Keys(set.GetValueOrDefault, TimeProvider.System).FindAsync();

        Assert.Equal((true, "key AK", false, "session AK"), (fixedKeys.AreStatic, fixedKeys.Identity, session.AreStatic, session.Identity));
        Assert.DoesNotContain("s3cret", fixedKeys.ToString() + session, StringComparison.Ordinal);
    }
}
