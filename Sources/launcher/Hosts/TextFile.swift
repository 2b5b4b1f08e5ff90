import Files

/// A small text file written by hand, read whole. Pipes and devices are refused, since reading them could block.
package struct TextFile {
  package let path: String
  package let text: String

  /// The most bytes; hostfiles and configurations are far smaller.
  package static let largest = 1 << 20

  /// - Parameters:
  ///   - path: may begin with `~/`.
  ///   - expected: the kind of file, for errors.
  package init(_ path: String, expected: String) throws(LaunchError) {
    let path = expandingHome(path)
    let unfit = LaunchError("\(path): no readable file of at most \(Self.largest) bytes, expected \(expected)")
    do throws(FileError) {
      let file = try RegularFile(path: path)
      guard file.size <= Self.largest else { throw FileError.notAFile(path: path, found: "\(file.size) bytes") }
      (self.path, text) = (path, String(decoding: try file.contents(), as: UTF8.self))
    } catch {
      switch error {
      case .missing, .system("open", _, _): throw LaunchError("\(path): \(error.reason), expected \(expected)")
      default: throw unfit
      }
    }
  }
}

extension Hostfile {
  /// The path for mpirun, which does not know `~/`.
  package static func path(_ argument: String) -> String { expandingHome(argument) }

  package init(path: String, aliases: Set<String> = []) throws(LaunchError) {
    let file = try TextFile(path, expected: "a hostfile; hostfiles/ has examples")
    try self.init(parsing: file.text, path: path, aliases: aliases)
  }
}
