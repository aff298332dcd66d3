using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Executions;

/// <summary>Which jobs a node's operator wants (<c>JobAdmissionControl</c>), besides what the probes say.</summary>
public sealed record AdmissionPolicy
{
    /// <summary>Whether jobs may use the node's own network (<c>AllowHostNetwork</c>).</summary>
    public bool AllowsHostNetwork { get; init; }

    /// <summary>Whether jobs with a network are refused (<c>RejectNetworkedJobs</c>).</summary>
    public bool RejectsNetworkedJobs { get; init; }

    /// <summary>Whether jobs without inputs are refused (<c>RejectStatelessJobs</c>).</summary>
    public bool RejectsStatelessJobs { get; init; }

    /// <summary>Whether jobs are refused whose inputs are not all here already (<c>Locality: local</c>).</summary>
    public bool IsLocalOnly { get; init; }

    /// <summary>All that the operator's wishes say against a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="isHere">Whether the data of an input is on the node.</param>
    public IEnumerable<ExecutionProblem> FindObjections(TaskSpec task, Func<InputSource, bool> isHere)
    {
        var network = task.Network?.Type ?? NetworkType.Default;
        if (RejectsNetworkedJobs && network is not (NetworkType.None or NetworkType.Default))
        {
            yield return new ExecutionProblem(
                "Admission:Networked",
                $"this node takes no jobs that use the network (JobAdmissionControl.RejectNetworkedJobs), and the task asks for the network {network}",
                "Use the network type None, or choose another node by constraints.");
        }
        else if (!AllowsHostNetwork && network is NetworkType.Host or NetworkType.Full)
        {
            yield return new ExecutionProblem(
                "Network:HostNotAllowed",
                "this node does not allow its own network to jobs",
                "Use the network type Bridge, or ask the operator for JobAdmissionControl.AllowHostNetwork.");
        }

        if (RejectsStatelessJobs && task.InputSources.IsEmpty)
        {
            yield return new ExecutionProblem(
                "Admission:Stateless",
                "this node takes no jobs without inputs (JobAdmissionControl.RejectStatelessJobs)",
                "Give the task an input, or choose another node by constraints.");
        }

        if (IsLocalOnly && task.InputSources.FirstOrDefault(input => !isHere(input)) is { } far)
        {
            yield return new ExecutionProblem(
                "Admission:NotLocal",
                $"this node takes only jobs whose inputs are on it already (JobAdmissionControl.Locality), and the input for '{far.Target}' is not",
                "Choose another node by constraints.");
        }
    }
}
