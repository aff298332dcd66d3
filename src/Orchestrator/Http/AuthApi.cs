using System.Collections.Immutable;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>The endpoints of the old login (spec: http-api.md §8.1). The one method there is bears the reference's default name.</summary>
internal static class AuthApi
{
    private const string Method = "clientkey";
    private const string Auth = ApiRoutes.Root + "/auth";

    /// <summary>Adds the endpoints.</summary>
    public static void Map(IEndpointRouteBuilder routes, ClientKeyChallenge challenge)
    {
        var methods = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, [new KeyValuePair<string, AuthMethodView>(Method, challenge.Requirement)]);
        routes.MapApi("GET", Auth, context => ApiAnswer.WriteAsync(context, new AuthMethodListView("", methods), ApiJson.Wire.AuthMethodListView));
        routes.MapApi("GET", Auth + "/" + Method, context => ApiAnswer.WriteAsync(context, challenge.Requirement, ApiJson.Wire.AuthMethodView));
        routes.MapApi("POST", Auth + "/" + Method, context => AuthenticateAsync(context, challenge));
    }

    private static async Task AuthenticateAsync(HttpContext context, ClientKeyChallenge challenge)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Wire.AuthenticateRequest);
        var outcome = challenge.Authenticate(request?.MethodData ?? [])
            ?? throw new ApiProblemException(new ApiProblem(500, "InternalError", ApiProblem.Server, "MethodData must be a JSON object with PhraseSignature and PublicKey."));
        await ApiAnswer.WriteAsync(context, new AuthenticateResponse(outcome), ApiJson.Wire.AuthenticateResponse, outcome.Success ? 200 : 401);
    }
}
