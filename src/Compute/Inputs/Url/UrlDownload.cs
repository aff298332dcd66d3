using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Url;

/// <summary>
/// One download: follows redirects, takes up again where it broke off as long as the server says that the content is still the same, and fetches nothing if what is
/// known is.
/// </summary>
internal sealed class UrlDownload(HttpClient http, UrlInputOptions options, Uri url, TimeProvider clock, PartialFile target, CacheEntry? known)
{
    private const int MostRedirects = 10;
    private const int BufferBytes = 256 * 1024;
    private long total;
    private Validators validators = Validators.None;

    /// <summary>Downloads.</summary>
    /// <exception cref="EngineException">It cannot be had.</exception>
    public async Task<Fetched> RunAsync(IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var pause = options.FirstPause;
        for (var failures = 0; ;)
        {
            var before = target.Length;
            try
            {
                return await TryAsync(progress, cancellation);
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

    private async Task<Fetched> TryAsync(IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(options.ReadTimeout, clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            using var answer = await AskAsync(cancel.Token);
            if (answer.StatusCode == HttpStatusCode.NotModified && known is not null)
            {
                return Fetched.Unchanged;
            }

            Begin(answer);
            progress.Report(new ExecutionProgress("downloading", target.Length, total, "bytes"));
            await using var content = await answer.Content.ReadAsStreamAsync(cancel.Token);
            await CopyAsync(content, progress, silence, cancel.Token, cancellation);
            if (total > 0 && target.Length != total)
            {
                throw new BrokenOffException($"the server promised {total} bytes and sent {target.Length}");
            }

            var name = UrlFileName.Of(answer.RequestMessage!.RequestUri!, answer.Content.Headers.ContentDisposition, answer.RequestMessage.RequestUri != url);
            return new Fetched(IsUnchanged: false, name, validators, MayBeKept: answer.Headers.CacheControl is not { NoStore: true });
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

    /// <summary>Asks, from one redirect to the next, for what follows.</summary>
    private async Task<HttpResponseMessage> AskAsync(CancellationToken cancellation)
    {
        var next = url;
        for (var redirects = 0; ; redirects++)
        {
            if (redirects > MostRedirects)
            {
                throw UrlProblems.TooManyRedirects(url, MostRedirects);
            }

            using var request = MakeRequest(next);
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

    private HttpRequestMessage MakeRequest(Uri at)
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

        if (target is { Length: > 0, Tag.Length: > 0 })
        {
            request.Headers.Range = new RangeHeaderValue(target.Length, null);
            request.Headers.TryAddWithoutValidation("If-Range", target.Tag);
        }
        else if (known is not null)
        {
            AddIfPresent(request, "If-None-Match", known.Validators.Tag);
            AddIfPresent(request, "If-Modified-Since", known.Validators.Modified);
        }

        return request;
    }

    private static void AddIfPresent(HttpRequestMessage request, string header, string value)
    {
        if (value.Length > 0)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }
    }

    /// <summary>Looks at the head of an answer, and puts the file in order for what follows.</summary>
    private void Begin(HttpResponseMessage answer)
    {
        if (answer.StatusCode == HttpStatusCode.PartialContent && answer.Content.Headers.ContentRange is { } range && range.From == target.Length)
        {
            total = range.Length ?? total;
            validators = ValidatorsOf(answer) with { Tag = target.Tag };
            return;
        }

        if (answer.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            target.Restart("");
            throw new BrokenOffException("the server sent another part than the one that was asked for");
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            var problem = UrlProblems.Status(url, answer.StatusCode);
            throw problem.IsRefusal ? problem : new BrokenOffException(problem.Message) { Problem = problem };
        }

        total = answer.Content.Headers.ContentLength ?? 0;
        validators = ValidatorsOf(answer);
        target.Restart(answer.Headers.ETag is { IsWeak: false } ? validators.Tag : "");
    }

    private static Validators ValidatorsOf(HttpResponseMessage answer) =>
        new($"{answer.Headers.ETag}", answer.Content.Headers.LastModified is { } modified ? modified.ToString("r", CultureInfo.InvariantCulture) : "");

    private async Task CopyAsync(
        Stream content, IProgress<ExecutionProgress> progress, CancellationTokenSource silence, CancellationToken cancellation, CancellationToken givenUp)
    {
        // While one piece is written and hashed, the next one comes.
        var (buffer, other) = (new byte[BufferBytes], new byte[BufferBytes]);
        var appending = Task.CompletedTask;
        try
        {
            while (await content.ReadAsync(buffer, cancellation) is > 0 and var read)
            {
                silence.CancelAfter(options.ReadTimeout);
                await appending;

                // Told first, so that what is too large for all who wait is not written.
                progress.Report(new ExecutionProgress("downloading", target.Length + read, total, "bytes"));
                givenUp.ThrowIfCancellationRequested();
                var piece = buffer.AsMemory(0, read);
                appending = Task.Run(() => target.AppendAsync(piece, cancellation).AsTask(), CancellationToken.None);
                (buffer, other) = (other, buffer);
            }
        }
        finally
        {
            await appending;
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
