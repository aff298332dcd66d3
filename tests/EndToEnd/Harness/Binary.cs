namespace Bacalhau.EndToEnd.Harness;

/// <summary>The program under test.</summary>
internal static class Binary
{
    /// <summary>Its path; skips the test if none is named.</summary>
    public static string Path
    {
        get
        {
            var path = Environment.GetEnvironmentVariable("BACALHAU_TEST_BINARY");
            Assert.SkipWhen(string.IsNullOrEmpty(path), "BACALHAU_TEST_BINARY does not name a built bacalhau (scripts/build.sh makes one)");
            return path!;
        }
    }

    /// <summary>The image for containers; skips the test if there is no Docker engine.</summary>
    public static string Image
    {
        get
        {
            var image = Environment.GetEnvironmentVariable("BACALHAU_TEST_DOCKER_IMAGE");
            Assert.SkipWhen(string.IsNullOrEmpty(image), "BACALHAU_TEST_DOCKER_IMAGE is not set: no Docker engine to test with");
            return image!;
        }
    }
}
