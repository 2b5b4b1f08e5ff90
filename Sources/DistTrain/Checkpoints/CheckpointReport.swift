import Foundation
import ModelFiles

/// `disttrain checkpoint FILE`: verifies a checkpoint and prints what it holds.
package struct CheckpointReport {
  private let file: String

  package init(file: String) { self.file = file }

  /// Prints and ends the process.
  package func main() -> Never {
    do throws(ModelFileError) {
      let open = try SafetensorsFile(path: file, verification: .required)
      _ = try CheckpointFacts(open)
      print(try SafetensorsSummary(open))
      exit(ExitCode.done.rawValue)
    } catch {
      FileHandle.standardError.write(Data("error: \(error.message)\n".utf8))
      exit(error.code.rawValue)
    }
  }
}
