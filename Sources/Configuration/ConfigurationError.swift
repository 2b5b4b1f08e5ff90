import ImageIO
import Reporting

/// All problems of a configuration in one message; the program ends with exit code 64.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  package let problems: [ConfigurationProblem]
  /// The file, as the user named it.
  private let file: String

  /// Problems are sorted by line, those of `--set` last.
  init(_ problems: [ConfigurationProblem], file: String) {
    self.file = file
    self.problems = problems.enumerated()
      .sorted { Self.isBefore(($0.element.place.rank, $0.offset), ($1.element.place.rank, $1.offset)) }
      .map(\.element)
  }

  private static func isBefore(_ a: (rank: (Int, Int), offset: Int), _ b: (rank: (Int, Int), offset: Int)) -> Bool {
    a.rank != b.rank ? a.rank < b.rank : a.offset < b.offset
  }

  package var description: String {
    let lines = problems.prefix(ConfigurationProblems.limit).map(\.description)
    let title = "\(file): \(problems.count > lines.count ? "more than \(lines.count)" : "\(lines.count)") errors"
    return (lines.count == 1 ? lines : [title] + lines).joined(separator: "\n")
  }
}

/// One problem and its place.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  package let place: SettingPlace
  package let message: String

  package var description: String { "\(place): \(message)" }
}

/// The place of a setting.
package enum SettingPlace: Hashable, Sendable, CustomStringConvertible {
  /// The file as a whole.
  case wholeFile(String)
  /// Lines and columns count from 1.
  case line(file: String, line: Int, column: Int)
  /// The argument of `--set`.
  case override(String)

  package var description: String {
    switch self {
    case .wholeFile(let file): file
    case .line(let file, let line, let column): "\(file):\(line):\(column)"
    case .override(let argument): "--set \(argument.escapingControls())"
    }
  }

  fileprivate var rank: (Int, Int) {
    switch self {
    case .wholeFile: (0, 0)
    case .line(_, let line, let column): (line, column)
    case .override: (Int.max, 0)
    }
  }
}

extension ConfigurationError {
  /// One problem that stops the reading.
  init(_ message: String, at place: SettingPlace, file: String) {
    self.init([ConfigurationProblem(place: place, message: message)], file: file)
  }
}

/// Collects problems while a configuration is read, so that all of them are reported at once.
final class ConfigurationProblems {
  /// The largest number of problems that a message lists: a file that is no configuration may have any number.
  static let limit = 50

  private(set) var all: [ConfigurationProblem] = []

  var isFull: Bool { all.count > Self.limit }

  package func add(_ message: String, at place: SettingPlace) {
    if isFull { return }
    all.append(ConfigurationProblem(place: place, message: message))
  }
}

extension ConfigurationError: ExplainedError {
  package var code: ExitCode { .usage }
  package var message: String { description }
}
