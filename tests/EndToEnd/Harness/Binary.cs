namespace Bacalhau.EndToEnd.Harness;

/// <summary>The programs under test, and what they need; a test that lacks one is skipped.</summary>
internal static class Binary
{
    /// <summary>Path of the build that developers use.</summary>
    public static string Path => ValueOf("BACALHAU_TEST_BINARY", "scripts/build.sh makes the program that it names");

    /// <summary>Path of the Native AOT release.</summary>
    public static string Release => ValueOf("BACALHAU_TEST_RELEASE", "scripts/test.sh --aot makes the program that it names");

    /// <summary>The release where there is one, and otherwise the build that developers use: for tests that are too long to be run with both.</summary>
    public static string ReleaseOrBuild => Environment.GetEnvironmentVariable("BACALHAU_TEST_RELEASE") is { Length: > 0 } release ? release : Path;

    /// <summary>The image for containers.</summary>
    public static string Image => ValueOf("BACALHAU_TEST_DOCKER_IMAGE", "no Docker engine to test with");

    private static string ValueOf(string variable, string hint)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(value), $"{variable} is not set: {hint}");
        return value!;
    }
}
