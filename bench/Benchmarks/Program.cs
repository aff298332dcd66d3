Console.WriteLine("usage: Benchmarks NAME"); return 2;
