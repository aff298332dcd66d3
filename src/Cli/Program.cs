Console.Error.WriteLine("bacalhau: no command is built yet");
return 2;
