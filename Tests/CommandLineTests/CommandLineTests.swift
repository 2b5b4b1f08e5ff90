import Testing

/// The built program, run as a user runs it. One test at a time, since each starts up to eight processes; faults are
/// `FaultTests`, so that there are two at most.
@Suite(.serialized) enum CommandLineTests {}
