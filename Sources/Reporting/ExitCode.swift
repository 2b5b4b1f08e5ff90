/// The exit codes of the program; the numbers are those of BSD's sysexits.h, if it has one.
package enum ExitCode: Int32, Sendable, CaseIterable {
  case done = 0
  /// The command line or the configuration is wrong; the same command fails again.
  case usage = 64
  /// Images, a checkpoint or a model cannot be used as they are.
  case badData = 65
  /// A bug, a non-finite number or the watchdog.
  case internalError = 70
  /// A file or folder cannot be read or written, or the disk is full.
  case inputOutput = 74
  /// Stopped on request with a checkpoint written; the same command continues.
  case stopped = 75
}
