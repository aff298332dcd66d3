using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Ipfs;

/// <summary>What can go wrong with content of IPFS, as executions are told.</summary>
internal static class IpfsProblems
{
    public static EngineException TooLarge(string what, long mostBytes) => new(
        new ExecutionProblem(
            "IPFS:TooLarge",
            string.Create(CultureInfo.InvariantCulture, $"{what} has more than the {mostBytes} bytes that are left of the disk the task asks for"),
            "Raise Resources.Disk of the task, or name less of it: a path may follow the CID."),
        isRefusal: true);

    /// <summary>What the content is, it is everywhere and for ever; the rest may be otherwise at another time or node.</summary>
    public static EngineException Of(IpfsException exception) => exception.Trouble switch
    {
        IpfsTrouble.BadContent => Problem("IPFS:BadContent", "Choose other content, or another part of it: a path may follow the CID.", exception, isRefusal: true),
        IpfsTrouble.NoSuchPath => Problem("IPFS:NotFound", "Look at the names with 'ipfs ls'.", exception, isRefusal: true),
        IpfsTrouble.Silent => Problem("IPFS:NotFound", "Look whether a node that has the content is online and reachable, or raise InputSources.ReadTimeout.", exception),
        IpfsTrouble.Refused => Problem("IPFS:Refused", "Look whether the node's IPFS node has the content, or finds one that has it.", exception),
        IpfsTrouble.BadAnswer => Problem("IPFS:BadAnswer", "The node's operator looks at InputSources.Types.IPFS.Endpoint: it is the RPC, usually on port 5001, and not the gateway.", exception),
        _ => Problem("IPFS:Unreached", "The node's operator looks whether the IPFS node runs, and at InputSources.Types.IPFS.Endpoint.", exception),
    };

    private static EngineException Problem(string code, string hint, IpfsException exception, bool isRefusal = false) =>
        new(new ExecutionProblem(code, exception.Message, hint), isRefusal, exception);
}
