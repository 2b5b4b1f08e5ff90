import Testing

/// The built program, run as a user runs it. One test at a time: each starts up to eight processes.
@Suite(.serialized) enum CommandLineTests {}
