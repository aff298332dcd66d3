using System.Reflection;
using System.Runtime.InteropServices;

namespace Bacalhau.Protocol.Http;

/// <summary>The version of this program, in the form that clients of the reference compare.</summary>
public static class ProductVersion
{
    /// <summary>The version of the reference that the public surface follows.</summary>
    private const string Compatible = "v1.9.3";

    /// <summary>This program's version.</summary>
    public static BuildVersionView Current { get; } = Create();

    private static BuildVersionView Create()
    {
        var own = typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var plus = own.IndexOf('+', StringComparison.Ordinal);
        return new(
            "1",
            "9",
            $"{Compatible}+dotnet.{(plus < 0 ? own : own[..plus])}",
            plus < 0 ? "" : own[(plus + 1)..],
            DateTimeOffset.UnixEpoch,
            OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux",
            RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => "amd64",
                Architecture.Arm64 => "arm64",
                var other => other.ToString().ToLowerInvariant(),
            });
    }
}
