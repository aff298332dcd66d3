namespace Bacalhau.Tidy.Tests;

internal static class Rule
{
    /// <summary>Fails with the rule and every place that breaks it.</summary>
    public static void Holds(string rule, IEnumerable<string> broken)
    {
        var places = broken.Order(StringComparer.Ordinal).ToList();
        if (places.Count > 0)
        {
            Assert.Fail($"{rule}\n  {string.Join("\n  ", places)}");
        }
    }
}
