import Configuration
import Files

/// The options of the command line besides the configuration.
package struct RunOptions: Sendable {
  package enum Resume: Equatable, Sendable {
    /// Continue the run folder's newest valid checkpoint, if there is one.
    case automatic
    /// Begin a new run.
    case none
    case file(String)
  }

  package var resume: Resume
  /// Replaces `output.folder`.
  package var out: String?
  /// Settings that may differ from the checkpoint's, by key.
  package var allowedChanges: [String]
  /// All checks of `--debug`.
  package var isDebug: Bool
  /// Steps to record in `trace.safetensors`; 0 for none.
  package var tracedSteps: Int

  /// Paths may begin with `~/`.
  package init(
    resume: Resume = .automatic, out: String? = nil, allowedChanges: [String] = [], isDebug: Bool = false,
    tracedSteps: Int = 0
  ) {
    self.resume = if case .file(let path) = resume { .file(expandingHome(path)) } else { resume }
    self.out = out.map(expandingHome)
    self.allowedChanges = allowedChanges
    self.isDebug = isDebug
    self.tracedSteps = tracedSteps
  }

  /// The configuration with the replacements of the command line.
  package func applied(to configuration: Configuration) -> Configuration {
    var configuration = configuration
    if let out { configuration.output.folder = out }
    return configuration
  }
}
