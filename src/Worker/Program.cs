Console.Error.WriteLine("usage: bacalhau-worker wasm | supervise -- COMMAND [ARG ...]");
return 2;
