using System.Text;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Tests.State;

public sealed class StateWriterTests
{
    private static readonly ExecutionEnd _end = new(new RunOutput { Stdout = [1, 0, 255], ExitCode = 3 }, null, []);

    [Fact]
    public async Task What_was_acknowledged_is_in_the_snapshot()
    {
        await using var store = TestStore.Start();
        var job = await store.SubmitAsync("one");
        Assert.Equal("one", store.Writer.Current.Jobs[job.Id].Name);
    }

    [Fact]
    public async Task Each_start_begins_a_new_term_in_the_same_cluster()
    {
        await using var store = TestStore.Start();
        var (cluster, term) = (store.Writer.Store.ClusterId, store.Writer.Store.Term);
        await store.RestartAsync();
        Assert.Equal((cluster, term + 1), (store.Writer.Store.ClusterId, store.Writer.Store.Term));
    }

    [Fact]
    public async Task A_term_below_a_nodes_is_raised_and_stays_so()
    {
        await using var store = TestStore.Start();
        await store.RunAsync(context => context.RaiseTermAbove(41));
        Assert.Equal(42, store.Writer.Store.Term);
        await store.RestartAsync();
        Assert.Equal(43, store.Writer.Store.Term);
    }

    [Fact]
    public async Task A_one_execution_job_costs_eight_rows_in_three_transactions()
    {
        await using var store = TestStore.Start();
        await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        var (rows, transactions) = (store.Writer.RowsWritten, store.Writer.Transactions);

        var job = await store.SubmitAsync("one");
        var execution = await store.RunAsync(context => SampleJobs.Place(context, job.Id, 0, "n-1"));
        await store.RunAsync(context => context.Draft.Put(execution with { AckedRevision = 1 }, write: false));
        await store.RunAsync(context => SampleJobs.Complete(context, execution.Id, _end));
        await store.RunAsync(context => context.Draft.Remove(execution.Id));

        Assert.Equal((8, 3), (store.Writer.RowsWritten - rows, store.Writer.Transactions - transactions));
    }

    [Fact]
    public async Task Requests_that_wait_share_a_transaction()
    {
        await using var store = TestStore.Start();
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var first = store.RunAsync(context =>
        {
            entered.Release();
            go.Wait();
        });
        await entered.WaitAsync();
        var others = Enumerable.Range(0, 100).Select(i => store.SubmitAsync($"job-{i}")).ToList();
        go.Release();
        await Task.WhenAll(others.Append(first));
        Assert.Equal(1, store.Writer.Transactions);
    }

    [Fact]
    public async Task A_request_that_throws_changes_nothing_and_harms_no_other()
    {
        await using var store = TestStore.Start();
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var before = store.SubmitAsync("before", job =>
        {
            entered.Release();
            go.Wait();
            return job;
        });
        await entered.WaitAsync();
        var bad = store.RunAsync(context =>
        {
            SampleJobs.Submit(context, "bad");
            throw new NotSupportedException("no");
        });
        var after = store.SubmitAsync("after");
        go.Release();
        await Assert.ThrowsAsync<NotSupportedException>(() => bad);
        await Task.WhenAll(before, after);
        Assert.Equal(["before", "after"], store.Writer.Current.Jobs.Values.OrderBy(job => job.Key).Select(job => job.Name));
        await store.RestartAsync();
        Assert.Equal(["before", "after"], store.Writer.Current.Jobs.Values.OrderBy(job => job.Key).Select(job => job.Name));
    }

    [Fact]
    public async Task A_request_without_changes_wakes_nobody()
    {
        await using var store = TestStore.Start();
        var version = store.Writer.Current.Version;
        await store.RunAsync(_ => { });
        Assert.Equal(version, store.Writer.Current.Version);
    }

    [Fact]
    public async Task A_change_ends_the_wait_for_it()
    {
        await using var store = TestStore.Start();
        var wait = store.Writer.WaitForChangeAsync(store.Writer.Current.Version, CancellationToken.None);
        Assert.False(wait.IsCompleted);
        await store.SubmitAsync("one");
        await wait;
    }

    [Fact]
    public async Task A_request_whose_rows_cannot_be_written_harms_no_other()
    {
        await using var store = TestStore.Start();
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var taken = await store.SubmitAsync("taken");
        var isFirstTime = true;
        var before = store.SubmitAsync("before", job =>
        {
            if (isFirstTime)
            {
                isFirstTime = false;
                entered.Release();
                go.Wait();
            }

            return job;
        });
        await entered.WaitAsync();
        var bad = store.SubmitAsync("bad", job => job with { Key = taken.Key });
        var after = store.SubmitAsync("after");
        go.Release();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => bad);
        await Task.WhenAll(before, after);
        Assert.Equal(["taken", "before", "after"], store.Writer.Current.Jobs.Values.OrderBy(job => job.Key).Select(job => job.Name));
    }

    [Fact]
    public async Task A_transaction_takes_no_more_requests_after_256_executions()
    {
        await using var store = TestStore.Start();
        var job = await store.SubmitAsync("one", null, new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one", 1000) });
        var transactions = store.Writer.Transactions;
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var first = store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            entered.Release();
            go.Wait();
        });
        await entered.WaitAsync();
        var others = Enumerable.Range(0, 8).Select(i => store.RunAsync(context =>
        {
            for (var partition = i * 100; partition < (i + 1) * 100; partition++)
            {
                SampleJobs.Place(context, job.Id, partition, "n-1");
            }
        })).ToList();
        go.Release();
        await Task.WhenAll(others.Append(first));
        Assert.Equal(3, store.Writer.Transactions - transactions);
    }

    [Fact]
    public async Task A_token_finds_its_answer_within_the_same_transaction_and_after_a_restart()
    {
        await using var store = TestStore.Start();
        var answer = Encoding.UTF8.GetBytes("{}");
        var submission = new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one"), Token = "t-1", BodyDigest = "abc", Answer = answer };
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var first = store.RunAsync(context =>
        {
            Assert.Null(context.Lookup.Token("t-1"));
            entered.Release();
            go.Wait();
            return SampleJobs.Submit(context, "one", null, submission);
        });
        await entered.WaitAsync();
        var second = store.RunAsync(context => (context.Lookup.Token("t-1"), context.Lookup.JobByName("default", "one")));
        go.Release();
        var job = await first;
        var (found, named) = await second;
        Assert.Equal((1L, job.Id, job.Id), (store.Writer.Transactions, found!.Job, named!.Id));
        await store.RestartAsync();
        var again = await store.RunAsync(context => context.Lookup.Token("t-1"));
        Assert.Equal((job.Id, "abc", store.Clock.GetUtcNow()), (again!.Job, again.BodyDigest, again.AcceptedAt));
        Assert.Equal(answer, again.Answer);
    }

    [Fact]
    public async Task A_failed_commit_is_told_and_leaves_what_the_disk_has()
    {
        await using var store = TestStore.Start();
        var node = await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        var kept = await store.SubmitAsync("kept");
        store.Commit = _ => throw new IOException("cut");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.SubmitAsync("lost"));
        store.Commit = commit => commit();

        var next = await store.SubmitAsync("next");
        Assert.Equal([kept.Id, next.Id], store.Writer.Current.Jobs.Values.OrderBy(job => job.Key).Select(job => job.Id));
        Assert.Equal(node.Session, store.Writer.Current.Nodes[node.Id].Session);
    }

    [Fact]
    public async Task A_commit_that_went_through_although_it_failed_is_seen_afterwards()
    {
        await using var store = TestStore.Start();
        store.Commit = commit =>
        {
            commit();
            throw new IOException("cut");
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.SubmitAsync("unsure"));
        store.Commit = commit => commit();
        await store.RunAsync(_ => { });
        Assert.Equal("unsure", Assert.Single(store.Writer.Current.Jobs.Values).Name);
    }

    [Fact]
    public async Task Such_a_commit_counts_in_all_that_the_store_keeps_and_loses_nothing_of_what_it_does_not()
    {
        await using var store = TestStore.Start();
        await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        var job = await store.SubmitAsync("one");
        var (id, later) = await store.RunAsync(context =>
        {
            var placed = SampleJobs.Place(context, job.Id, 0, "n-1") with { IsSurge = true, InLine = true, State = ExecutionState.Publishing };
            context.Draft.Put(placed);
            return (placed.Id, context.Now + TimeSpan.FromHours(1));
        });
        await store.RunAsync(context => context.Draft.Put(
            context.Draft.Execution(id)! with { AckedRevision = 1, InLine = false, IsKnownToNode = true, GrantUntil = later }, write: false));
        store.Commit = commit =>
        {
            commit();
            throw new IOException("cut");
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RunAsync(context =>
            context.Draft.Put(context.Draft.Execution(id)! with { IsSurge = false, DesiredMessage = "stored", IsKnownToNode = false, InLine = true, GrantUntil = null })));
        store.Commit = commit => commit();
        await store.RunAsync(_ => { });

        var kept = store.Writer.Current.Executions[id];
        Assert.Equal((false, "stored", 1, false, true, later), (kept.IsSurge, kept.DesiredMessage, kept.AckedRevision, kept.InLine, kept.IsKnownToNode, kept.GrantUntil));
        Assert.Equal(id, store.Writer.Current.Jobs[job.Id].Holders[0]);
    }

    [Fact]
    public async Task A_node_that_such_a_commit_has_shut_out_is_connected_no_more()
    {
        await using var store = TestStore.Start();
        var node = await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        store.Commit = commit =>
        {
            commit();
            throw new IOException("cut");
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RunAsync(context => NodeMemberships.Reject(context.Draft, node.Id, "", context.Now)));
        store.Commit = commit => commit();
        await store.RunAsync(_ => { });

        Assert.Equal((NodeMembership.Rejected, null), (store.Writer.Current.Nodes[node.Id].Membership, store.Writer.Current.Nodes[node.Id].Session));
    }

    [Fact]
    public async Task A_finished_job_leaves_the_snapshot_and_stays_in_the_store()
    {
        await using var store = TestStore.Start();
        await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        var job = await store.SubmitAsync("one");
        var execution = await store.RunAsync(context => SampleJobs.Place(context, job.Id, 0, "n-1"));
        await store.RunAsync(context => SampleJobs.Complete(context, execution.Id, _end));
        await store.RestartAsync();

        Assert.Empty(store.Writer.Current.Jobs);
        Assert.Empty(store.Writer.Current.Executions);
        var (stored, ended, spec) = await store.RunAsync(context =>
            (context.Lookup.JobByName("default", "one"), context.Lookup.Execution(execution.Id), context.Lookup.Spec(job.Id, 1)));
        Assert.Equal((job.Id, JobState.Completed), (stored!.Id, stored.State));
        Assert.Equal((3, ExecutionState.Completed), (ended!.Output!.ExitCode, ended.Execution.State));
        Assert.Equal([1, 0, 255], ended.Output.Stdout);
        Assert.Equal(SampleJobs.SpecOf("one"), spec);
    }

    [Fact]
    public async Task A_newer_store_is_refused_with_words()
    {
        await using var store = TestStore.Start();
        store.Writer.Store.Execute("UPDATE store SET schema_version = 99");
        await store.StopAsync();
        var error = Assert.Throws<StoreUnavailableException>(store.Open);
        Assert.Contains("newer release", error.Message, StringComparison.Ordinal);
        using var raw = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={store.Path};Pooling=False");
        raw.Open();
        using var command = raw.CreateCommand();
        command.CommandText = $"UPDATE store SET schema_version = {Schema.Version}";
        command.ExecuteNonQuery();
        store.Open();
    }
}
