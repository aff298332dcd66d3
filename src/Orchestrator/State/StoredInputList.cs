using Bacalhau.Core;

namespace Bacalhau.Orchestrator.State;

/// <summary>Which list of an input it is.</summary>
/// <param name="Job">The job.</param>
/// <param name="Version">Its version.</param>
/// <param name="Name">Name of the list among those of the version.</param>
internal sealed record InputListKey(JobId Job, int Version, string Name);

/// <summary>What an input is made of, as all executions of a job's version read it. What the bytes mean is the business of the nodes.</summary>
/// <param name="Digest">SHA-256 of the bytes, lower-case hex.</param>
/// <param name="Bytes">The list.</param>
internal sealed record InputList(string Digest, byte[] Bytes);

/// <summary>A list that is to be stored.</summary>
/// <param name="JobKey">Key of the job's row.</param>
/// <param name="Key">Which list.</param>
/// <param name="List">The list.</param>
internal sealed record StoredInputList(long JobKey, InputListKey Key, InputList List);
