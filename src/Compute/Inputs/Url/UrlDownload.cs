using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Url;

/// <summary>
/// One download into a file: follows redirects, and takes up again where it broke off, as long as the server says that the content is still the same. What stands in
/// the file counts only when <see cref="RunAsync"/> has returned.
/// </summary>
internal sealed class UrlDownload(HttpClient http, UrlInputOptions options, Uri url, string file, long mostBytes, TimeProvider clock)
{
    private const int MostRedirects = 10;
    private const int BufferBytes = 128 * 1024;

    /// <summary>Tells this content from any other; null while nothing is known that does.</summary>
    private EntityTagHeaderValue? tag;
    private long total;

    /// <summary>Downloads.</summary>
    /// <returns>The file's name for programs.</returns>
    /// <exception cref="EngineException">It cannot be had.</exception>
    public async Task<string> RunAsync(IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        await using var target = new FileStream(file, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
        var pause = options.FirstPause;
        for (var failures = 0; ;)
        {
            var before = target.Length;
            try
            {
                var name = await TryAsync(target, progress, cancellation);
                await target.FlushAsync(cancellation);
                return name;
            }
            catch (BrokenOffException exception)
            {
                (failures, pause) = target.Length > before ? (1, options.FirstPause) : (failures + 1, pause);
                if (failures > options.MaxRetryCount)
                {
                    throw exception.Problem ?? UrlProblems.BrokeOff(url, target.Length, exception.Message, exception.InnerException);
                }
            }

            await Task.Delay(pause, clock, cancellation);
            pause *= 2;
        }
    }

    private async Task<string> TryAsync(FileStream target, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(options.ReadTimeout, clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            using var answer = await AskAsync(tag is null ? 0 : target.Length, cancel.Token);
            Begin(answer, target);
            await using var content = await answer.Content.ReadAsStreamAsync(cancel.Token);
            await CopyAsync(content, target, progress, silence, cancel.Token);
            return total > 0 && target.Length != total
                ? throw new BrokenOffException($"the server promised {total} bytes and sent {target.Length}")
                : UrlFileName.Of(answer.RequestMessage!.RequestUri!, answer.Content.Headers.ContentDisposition, answer.RequestMessage.RequestUri != url);
        }
        catch (OperationCanceledException exception) when (silence.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new BrokenOffException($"nothing came for {options.ReadTimeout:c}", exception);
        }
        catch (HttpRequestException exception) when (exception.InnerException is ForbiddenAddressException forbidden)
        {
            throw UrlProblems.Forbidden(url, forbidden.Message);
        }
        catch (HttpRequestException exception)
        {
            throw new BrokenOffException((exception.InnerException ?? exception).Message, exception);
        }
        catch (IOException exception) when (exception is HttpIOException || exception.InnerException is SocketException)
        {
            throw new BrokenOffException(exception.Message, exception);
        }
    }

    /// <summary>Asks, from one redirect to the next, for what follows an offset.</summary>
    private async Task<HttpResponseMessage> AskAsync(long offset, CancellationToken cancellation)
    {
        var next = url;
        for (var redirects = 0; ; redirects++)
        {
            if (redirects > MostRedirects)
            {
                throw UrlProblems.TooManyRedirects(url, MostRedirects);
            }

            using var request = MakeRequest(next, offset);
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!IsRedirect(answer.StatusCode) || answer.Headers.Location is not { } to)
            {
                return answer;
            }

            answer.Dispose();
            var target = new Uri(next, to);
            next = target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps ? target : throw UrlProblems.BadRedirect(url, to.OriginalString);
        }
    }

    private HttpRequestMessage MakeRequest(Uri at, long offset)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, WithoutUser(at));
        request.Headers.AcceptEncoding.ParseAdd("identity");
        request.Headers.UserAgent.ParseAdd("bacalhau");
        var isSameServer = Uri.Compare(at, url, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        if (url.UserInfo.Length > 0 && isSameServer)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        }

        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag!);
        }

        return request;
    }

    /// <summary>Looks at the head of an answer, and puts the file in order for what follows.</summary>
    private void Begin(HttpResponseMessage answer, FileStream target)
    {
        if (answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange?.From == target.Length)
        {
            target.Position = target.Length;
            return;
        }

        if (answer.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            tag = null;
            throw new BrokenOffException("the server sent another part than the one that was asked for");
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            var problem = UrlProblems.Status(url, answer.StatusCode);
            throw problem.IsRefusal ? problem : new BrokenOffException(problem.Message) { Problem = problem };
        }

        total = answer.Content.Headers.ContentLength ?? 0;
        tag = answer.Headers.ETag is { IsWeak: false } strong ? strong : null;
        if (total > mostBytes)
        {
            throw UrlProblems.TooLarge(url, mostBytes);
        }

        target.SetLength(0);
    }

    private async Task CopyAsync(Stream content, FileStream target, IProgress<ExecutionProgress> progress, CancellationTokenSource silence, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (await content.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            silence.CancelAfter(options.ReadTimeout);
            if (target.Length + read > mostBytes)
            {
                throw UrlProblems.TooLarge(url, mostBytes);
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress.Report(new ExecutionProgress("downloading", target.Length, total, "bytes"));
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>What the request line and the connection need: a fragment and credentials are nobody's business there.</summary>
    private static Uri WithoutUser(Uri full) => new(full.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));

    /// <summary>An attempt that may succeed when it is made again.</summary>
    private sealed class BrokenOffException(string message, Exception? inner = null) : Exception(message, inner)
    {
        /// <summary>What is told when no further attempt is made; null for that it broke off.</summary>
        public EngineException? Problem { get; init; }
    }
}
