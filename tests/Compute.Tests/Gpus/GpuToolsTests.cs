using System.Runtime.Versioning;
using Bacalhau.Compute.Gpus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Compute.Tests.Gpus;

/// <summary>The makers' programs are scripts here that print what the real ones do.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class GpuToolsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-gpus-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Node_without_such_programs_has_none() => Assert.Empty(await FindAsync());

    [Fact]
    public async Task Nvidia_devices_are_found_in_the_order_of_their_numbers()
    {
        Add("nvidia-smi", """
            [ "$*" = "--query-gpu=index,uuid,gpu_name,memory.total --format=csv,noheader,nounits" ] || exit 9
            echo "1, GPU-7d2a1c3e-0000-0000-0000-000000000002, NVIDIA H100 80GB HBM3, 81559"
            echo "0, GPU-7d2a1c3e-0000-0000-0000-000000000001, Tesla T4, 15360"
            """);

        var found = await FindAsync();

        Assert.Equal(
            [
                ("GPU-7d2a1c3e-0000-0000-0000-000000000001", GpuVendor.Nvidia, "Tesla T4", 15360L),
                ("GPU-7d2a1c3e-0000-0000-0000-000000000002", GpuVendor.Nvidia, "NVIDIA H100 80GB HBM3", 81559L),
            ],
            found.Select(gpu => (gpu.Id, gpu.Vendor, gpu.Name, gpu.MemoryMib)));
        Assert.All(found, gpu => Assert.Empty(gpu.Paths));
    }

    [Theory]
    [InlineData("Card series", "Card model")]
    [InlineData("Card Series", "Card Model")]
    public async Task Amd_devices_are_found_with_their_device_files(string series, string model)
    {
        Add("rocm-smi", $$$"""
            [ "$*" = "--showproductname --showbus --showmeminfo vram --json" ] || exit 9
            echo '{"card0": {"VRAM Total Memory (B)": "68702699520", "VRAM Total Used Memory (B)": "10960896", "PCI Bus": "0000:C1:00.0", "{{{series}}}": "AMD Instinct MI210", "{{{model}}}": "0x0c34", "Card vendor": "Advanced Micro Devices, Inc. [AMD/ATI]"}, "system": {"Driver version": "6.3"}}'
            """);
        Link("dri/by-path/pci-0000:c1:00.0-card", "dri/card1");
        Link("dri/by-path/pci-0000:c1:00.0-render", "dri/renderD128");

        var gpu = Assert.Single(await FindAsync());

        Assert.Equal(("0000:c1:00.0", GpuVendor.Amd, "AMD Instinct MI210", 65520L), (gpu.Id, gpu.Vendor, gpu.Name, gpu.MemoryMib));
        Assert.Equal([Device("kfd"), Device("dri/card1"), Device("dri/renderD128")], gpu.Paths);
    }

    [Fact]
    public async Task Intel_devices_are_asked_for_one_by_one()
    {
        Add("xpu-smi", """
            case "$*" in
              "discovery --json") echo '{"device_list": [{"device_id": 0, "device_name": "Intel(R) Data Center GPU Flex 170"}]}' ;;
              "discovery --device 0 --json") echo '{"device_id": 0, "device_name": "Intel(R) Data Center GPU Flex 170", "memory_physical_size_byte": "14193102848", "pci_bdf_address": "0000:4d:00.0"}' ;;
              *) exit 9 ;;
            esac
            """);

        var gpu = Assert.Single(await FindAsync());

        Assert.Equal(("0000:4d:00.0", GpuVendor.Intel, "Intel(R) Data Center GPU Flex 170", 13535L), (gpu.Id, gpu.Vendor, gpu.Name, gpu.MemoryMib));
        Assert.Equal(2, gpu.Paths.Length);
    }

    [Theory]
    [InlineData("echo 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'; exit 9")]
    [InlineData("echo No devices were found")]
    public async Task Program_that_fails_takes_nothing_from_the_others(string script)
    {
        Add("nvidia-smi", script);
        Add("xpu-smi", """
            case "$*" in
              "discovery --json") echo '{"device_list": [{"device_id": 3}]}' ;;
              *) echo '{"device_name": "Flex", "memory_physical_size_byte": 1048576, "pci_bdf_address": "0000:4d:00.0"}' ;;
            esac
            """);

        Assert.Equal("Flex", Assert.Single(await FindAsync()).Name);
    }

    private async Task<IReadOnlyList<GpuDevice>> FindAsync() =>
        await new GpuTools($"/nowhere:{folder.FullName}", Path.Combine(folder.FullName, "dev"), NullLogger<GpuTools>.Instance).FindAsync(default);

    private string Device(string name) => Path.Combine(folder.FullName, "dev", name);

    private void Add(string name, string script)
    {
        var file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Device(name))!);
        File.WriteAllText(Device(target), "");
        File.CreateSymbolicLink(Device(name), $"../{Path.GetFileName(target)}");
    }
}
