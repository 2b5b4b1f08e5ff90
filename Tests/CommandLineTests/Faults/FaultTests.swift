import Testing

/// Faults, injected for real: processes killed, system calls that fail, disks that are full, files that are damaged.
///
/// One at a time, and beside the one that runs of `CommandLineTests`: most of the time a fault is waited for.
@Suite(.serialized) struct FaultTests {}
