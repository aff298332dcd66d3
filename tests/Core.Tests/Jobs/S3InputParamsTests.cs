using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Tests.Jobs;

/// <summary>Parameters of S3 inputs, and how objects are divided over executions: every case of the recording golden/engines/storage-s3-partitions.md.</summary>
public sealed class S3InputParamsTests
{
    private static readonly string[] _files =
    [
        "user00/file-12", "user00/file-4", "user00/file-8", "user01/file-1", "user01/file-5", "user01/file-9",
        "user02/file-10", "user02/file-2", "user02/file-6", "user03/file-11", "user03/file-3", "user03/file-7",
    ];

    [Theory]
    [InlineData("", "Bucket", "needs Bucket")]
    [InlineData("'Bucket':'  '", "Bucket", "needs Bucket")]
    [InlineData("'Bucket':'a/b'", "Bucket", "cannot be one")]
    [InlineData("'Bucket':'b@example.org'", "Bucket", "cannot be one")]
    [InlineData("'Bucket':'b','Region':'x.example.org'", "Region", "cannot be one")]
    [InlineData("'Bucket':'b','Endpoint':'127.0.0.1:9000'", "Endpoint", "no http or https URL")]
    [InlineData("'Bucket':'b','Endpoint':'localhost:9000'", "Endpoint", "no http or https URL")]
    [InlineData("'Bucket':'b','Endpoint':'http://a:b@c/'", "Endpoint", "no http or https URL")]
    [InlineData("'Bucket':'b','Endpoint':'file:///etc'", "Endpoint", "no http or https URL")]
    [InlineData("'Bucket':'b','Filter':'['", "Filter", "no regular expression")]
    [InlineData("'Bucket':'b','Filter':'(?=a)'", "Filter", "no regular expression")]
    [InlineData("'Bucket':'b','ChecksumSHA256':'AAAA'", "ChecksumSHA256", "no SHA-256")]
    [InlineData("'Bucket':'b','Key':7", "Key", "must be a text")]
    [InlineData("'Bucket':'b','Partition':'object'", "Partition", "must be a map")]
    [InlineData("'Bucket':'b','Partition':{'Type':'OBJECT'}", "Partition.Type", "unknown Type 'OBJECT'")]
    [InlineData("'Bucket':'b','Partition':{'Type':'weird'}", "Partition.Type", "unknown Type 'weird'")]
    [InlineData("'Bucket':'b','Partition':{'Type':'regex'}", "Partition.Pattern", "needs Pattern")]
    [InlineData("'Bucket':'b','Partition':{'Type':'regex','Pattern':'('}", "Partition.Pattern", "no regular expression")]
    [InlineData("'Bucket':'b','Partition':{'Type':'substring','StartIndex':5,'EndIndex':2}", "Partition.EndIndex", "above it")]
    [InlineData("'Bucket':'b','Partition':{'Type':'substring','StartIndex':'x','EndIndex':2}", "Partition.StartIndex", "whole number")]
    [InlineData("'Bucket':'b','Partition':{'Type':'date'}", "Partition.DateFormat", "needs DateFormat")]
    [InlineData("'Bucket':'b','Partition':{'Type':'date','DateFormat':'2006-1-2'}", "Partition.DateFormat", "cannot be read at '1-2'")]
    public void What_is_wrong_is_named_with_its_place(string parameters, string place, string problem)
    {
        var found = Assert.Single(S3InputParams.Read(Config(parameters)).Problems);

        Assert.Equal("Source.Params." + place, found.Path);
        Assert.Contains(problem, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_read()
    {
        var sum = new string('A', 43) + "=";
        var read = S3InputParams.Read(Config($"'bucket':'b','key':'a/b','endpoint':' http://h:1/x ','region':'r-1','versionid':'v','checksumsha256':'{sum}','filter':'f'"));

        Assert.Empty(read.Warnings);
        Assert.Equal(("b", "a/b", new Uri("http://h:1/x"), "r-1", "v", new string('0', 64), "f"), (read.Value!.Bucket, read.Value.Key, read.Value.Endpoint, read.Value.Region, read.Value.VersionId, read.Value.Sha256, read.Value.Filter));
    }

    [Theory]
    [InlineData("", true, "")]
    [InlineData("a/", true, "a/")]
    [InlineData("a/*", true, "a/")]
    [InlineData("a**", true, "a*")]
    [InlineData("a", false, "a")]
    public void Key_is_a_prefix_by_its_end(string key, bool isPrefix, string prefix)
    {
        var read = S3InputParams.Read(Config($"'Bucket':'b','Key':'{key}'")).Value!;

        Assert.Equal((isPrefix, prefix), (read.IsPrefix, read.Prefix));
    }

    [Fact]
    public void What_is_ignored_is_warned_about()
    {
        var warnings = S3InputParams.Read(Config("'Bucket':'b','Key':'a/','VersionID':'v','Patern':1,'Partition':{'Type':'object','Patern':'x'}")).Warnings;

        Assert.Equal(["Source.Params.Patern", "Source.Params.Partition.Patern", "Source.Params.VersionID"], warnings.Select(warning => warning.Path));
    }

    [Theory]
    [InlineData("", 3, "************")]
    [InlineData("'Type':''", 3, "************")]
    [InlineData("'Type':'none'", 3, "************")]
    [InlineData("'Type':'object'", 3, "100112102111")]
    [InlineData("'Type':'object'", 4, "122000122100")]
    [InlineData("'Type':'object'", 1, "************")]
    [InlineData("'Type':'regex','Pattern':'^user(\\\\d+)/'", 3, "222000111222")]
    [InlineData("'Type':'regex','Pattern':'^user(\\\\d+)/file-(\\\\d)'", 3, "211120021121")]
    [InlineData("'Type':'regex','Pattern':'user\\\\d+'", 3, "222111111000")]
    [InlineData("'Type':'regex','Pattern':'^part/user(\\\\d+)/'", 3, "000000000000")]
    [InlineData("'Type':'regex','Pattern':'zzz'", 3, "000000000000")]
    [InlineData("'Type':'substring','StartIndex':4,'EndIndex':6", 3, "222000111222")]
    [InlineData("'Type':'substring','StartIndex':50,'EndIndex':60", 3, "000000000000")]
    public void Objects_are_divided_as_recorded(string partition, int count, string expected) =>
        Assert.Equal(expected, Divide(partition, count, "part/", _files.Select(name => name + ".txt")));

    [Theory]
    [InlineData("2006-01-02", "0121110102010")]
    [InlineData("2006-01", "0212102210120")]
    public void Dates_are_divided_as_recorded(string format, string expected) => Assert.Equal(
        expected,
        Divide($"'Type':'date','DateFormat':'{format}'", 3, "logs/", [.. Enumerable.Range(1, 12).Select(month => string.Create(CultureInfo.InvariantCulture, $"2024-{month:00}-15-app.log")), "readme.md"]));

    private static string Divide(string partition, int count, string prefix, IEnumerable<string> names)
    {
        var read = S3InputParams.Read(Config(partition.Length == 0 ? "'Bucket':'b'" : $"'Bucket':'b','Partition':{{{partition}}}"));
        return string.Concat(names.Select(name => read.Value!.Partition.Of(prefix + name, name, count) is { } index ? index.ToString(CultureInfo.InvariantCulture) : "*"));
    }

    private static SpecConfig Config(string parameters) => new()
    {
        Type = "s3",
        Params = JsonDocument.Parse($"{{{parameters.Replace('\'', '"')}}}").RootElement.EnumerateObject().ToImmutableSortedDictionary(item => item.Name, item => item.Value, StringComparer.Ordinal),
    };
}
