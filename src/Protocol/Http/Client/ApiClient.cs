using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Bacalhau.Protocol.Http.Client;

/// <summary>
/// The public HTTP API as a client sees it. Answers stay JSON, so that commands print what the server said; what goes wrong becomes
/// <see cref="ApiFailureException"/>.
/// </summary>
public sealed class ApiClient : IDisposable
{
    private const string Prefix = "/api/v1";
    private readonly HttpClient http;

    /// <summary>A client of one server.</summary>
    /// <exception cref="ApiFailureException">The certificate authority cannot be read.</exception>
    public ApiClient(ApiConnection connection)
    {
        Connection = connection;
        Handler = CreateHandler(connection);
        http = new HttpClient(Handler, disposeHandler: true) { BaseAddress = connection.Address, Timeout = Timeout.InfiniteTimeSpan };
        var version = ProductVersion.Current;
        var headers = http.DefaultRequestHeaders;
        headers.Add("X-Bacalhau-Git-Version", version.GitVersion);
        headers.Add("X-Bacalhau-Git-Commit", version.GitCommit);
        headers.Add("X-Bacalhau-Build-OS", version.GOOS);
        headers.Add("X-Bacalhau-Arch", version.GOARCH);
        if (connection.Authorization.Length > 0)
            headers.TryAddWithoutValidation("Authorization", connection.Authorization);
    }

    /// <summary>The server.</summary>
    public ApiConnection Connection { get; }

    private SocketsHttpHandler Handler { get; }

    /// <summary>Path of a job's resource.</summary>
    public static string Job(string idOrName, string below = "") => $"/orchestrator/jobs/{Uri.EscapeDataString(idOrName)}{below}";

    /// <summary>Token for the page after one; empty at the end of the list.</summary>
    public static string NextTokenOf(JsonElement page) => page.TryGetProperty("NextToken", out var token) ? token.GetString() ?? "" : "";

    /// <summary>Path of a node.</summary>
    public static string Node(string id) => $"/orchestrator/nodes/{Uri.EscapeDataString(id)}";

    /// <summary>Reads a resource.</summary>
    /// <param name="path">Path below <c>/api/v1</c>.</param>
    /// <param name="query">Query.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The answer's JSON.</returns>
    /// <exception cref="ApiFailureException">The server says no, or is not reached.</exception>
    public Task<JsonElement> GetAsync(string path, ApiQuery? query, CancellationToken cancellation) =>
        SendAsync(new(HttpMethod.Get, Prefix + path + query), cancellation);

    /// <summary>Reads a list page by page, each with the token of the one before, to its end.</summary>
    /// <exception cref="ApiFailureException">The server says no, or is not reached.</exception>
    public async IAsyncEnumerable<JsonElement> GetPagesAsync(string path, ApiQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? token = null; token is not ""; query = query.With("next_token", token))
        {
            var page = await GetAsync(path, query, cancellation);
            yield return page;
            token = NextTokenOf(page);
        }
    }

    /// <summary>Sends a document.</summary>
    /// <exception cref="ApiFailureException">The server says no, or is not reached.</exception>
    public Task<JsonElement> SendAsync<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(
            new(method, Prefix + path)
            {
                Content = new StringContent(JsonSerializer.Serialize(body, type), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            },
            cancellation);

    /// <summary>
    /// Submits a job. A connection that breaks is tried again with the same token, so that the job is accepted once.
    /// </summary>
    /// <exception cref="ApiFailureException">The server says no, or is not reached.</exception>
    public async Task<PutJobResponse> PutJobAsync(PutJobRequest request, CancellationToken cancellation)
    {
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await SendAsync(HttpMethod.Put, "/orchestrator/jobs", request, ApiJson.Wire.PutJobRequest, cancellation);
                return answer.Deserialize(ApiJson.Wire.PutJobResponse)!;
            }
            catch (ApiFailureException problem) when (attempt < Attempts && problem.IsUnreachable && IsBroken(problem.InnerException))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), TimeProvider.System, cancellation);
            }
        }
    }

    /// <summary>Begins the download of a file from a complete address, from a position on.</summary>
    /// <param name="address">Where the file is; the server's own resources are given as paths.</param>
    /// <param name="from">Bytes that are there already.</param>
    /// <param name="tag">Entity tag of what they are a part of, so that all of it comes where it is another now; empty if not known.</param>
    /// <param name="isResource">Whether the address is a path of this API, to which credentials go.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<HttpResponseMessage> DownloadAsync(string address, long from, string tag, bool isResource, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, isResource ? Prefix + address : address);
        if (from > 0)
            request.Headers.Range = new RangeHeaderValue(from, null);
        if (from > 0 && EntityTagHeaderValue.TryParse(tag, out var known))
            request.Headers.IfRange = new RangeConditionHeaderValue(known);
        if (isResource)
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        // Other servers get none of the headers meant for the API.
        var plain = new HttpMessageInvoker(Handler, disposeHandler: false);
        return await plain.SendAsync(request, cancellation);
    }

    /// <summary>The frames of a log, as they come.</summary>
    /// <exception cref="ApiFailureException">The server says no, is not reached, or breaks off.</exception>
    public IAsyncEnumerable<LogFrameView> ReadLogsAsync(string path, ApiQuery query, CancellationToken cancellation)
    {
        var scheme = Connection.Address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
        var address = new UriBuilder(Connection.Address) { Scheme = scheme, Path = Prefix + path, Query = query.ToString() };
        return new LogStream(new HttpMessageInvoker(Handler, disposeHandler: false), Connection).ReadAsync(address.Uri, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using (request)
            using (var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation))
            {
                if (!response.IsSuccessStatusCode)
                    throw ApiFailures.Of(response.StatusCode, await response.Content.ReadAsStringAsync(cancellation), Connection.AddressText);
                await using var body = await response.Content.ReadAsStreamAsync(cancellation);
                using var document = await JsonDocument.ParseAsync(body, new() { MaxDepth = 1000 }, cancellation);
                return document.RootElement.Clone();
            }
        }
        catch (HttpRequestException problem)
        {
            throw ApiFailures.Of(problem, Connection.AddressText);
        }
        catch (IOException problem)
        {
            throw new ApiFailureException($"network error: {Connection.AddressText} broke off: {problem.Message}", "Try again", cause: problem);
        }
        catch (JsonException problem)
        {
            throw new ApiFailureException(
                $"the answer of {Connection.AddressText} is not JSON", "Check that the address belongs to a Bacalhau API", HttpStatusCode.OK, cause: problem);
        }
    }

    private static bool IsBroken(Exception? problem) =>
        problem is IOException || problem is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse };

    [SuppressMessage("Security", "CA5359", Justification = "The person asked for it with API.TLS.Insecure.")]
    private static SocketsHttpHandler CreateHandler(ApiConnection connection)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            UseCookies = false,
        };
        if (connection.CAFile.Length > 0)
            handler.SslOptions.CertificateChainPolicy = TrustOf(connection.CAFile);
        else if (connection.IsInsecure)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return handler;
    }

    private static X509ChainPolicy TrustOf(string file)
    {
        if (!File.Exists(file))
            throw new ApiFailureException($"failed to create api client: CA certificate file \"{file}\" does not exist", "Check API.TLS.CAFile");
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
