import ImageIO

/// An error that a user can act on: its message has the place, what was found, what was expected, and advice.
package protocol ExplainedError: Error, CustomStringConvertible {
  /// How the process ends because of it.
  var code: ExitCode { get }
  /// For a person, without a prefix such as "error:" and without a newline at the end.
  var message: String { get }
}

extension ExplainedError {
  package var description: String { message }
}

/// An error that `disttrain` prints once, from rank 0, before it exits with `code`. Files that it shows parts of cannot
/// control the terminal.
package struct UserFacingError: ExplainedError, Equatable {
  package let code: ExitCode
  package let message: String

  package init(code: ExitCode, message: String) {
    self.code = code
    self.message = message.escapingControls(except: "\n")
  }

  /// Any error as a user sees it; one without an explanation counts as internal.
  package init(_ error: any Error) {
    switch error {
    case let error as any ExplainedError: self.init(code: error.code, message: error.message)
    default: self.init(code: .internalError, message: String(describing: error))
    }
  }
}
