using Bacalhau.Compute.Locality;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Compute.Tests.Locality;

public sealed class NearPlacesTests
{
    [Theory]
    [InlineData("data.example.org", true)]
    [InlineData("data.example.org:8443", true)]
    [InlineData("https://data.example.org:8443/", true)]
    [InlineData("https://data.example.org", true)]
    [InlineData("example.org", false)]
    public void Host_of_a_URL_is_near_where_it_is_named(string place, bool isNear) =>
        Assert.Equal(isNear, new NearPlaces([place]).Has(Spec.Of(DataNeeds.UrlDigest, ("Host", "data.example.org:8443"), ("SHA256", "00"))));

    [Theory]
    [InlineData("pictures", true)]
    [InlineData("PICTURES", true)]
    [InlineData("https://s3.example.org:9000", true)]
    [InlineData("s3.example.org", true)]
    [InlineData("pict", false)]
    public void Bucket_is_near_by_its_name_or_its_endpoint(string place, bool isNear) =>
        Assert.Equal(isNear, new NearPlaces([place]).Has(S3()));

    [Fact]
    public void Nothing_is_near_unless_it_is_said() => Assert.False(new NearPlaces(["", " "]).Has(S3()));

    private static SpecConfig S3() => Spec.Of("s3", ("Bucket", "pictures"), ("Key", "a/"), ("Endpoint", "https://s3.example.org:9000"));
}
