import Testing

extension CommandLineTests {
  /// Faults, injected for real: processes killed, system calls that fail, disks that are full, files that are damaged.
  @Suite struct FaultTests {}
}
