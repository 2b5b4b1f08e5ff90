import DistTrain
import Files
import Foundation
import ModelFiles
import Reporting

/// `disttrain checkpoint FILE`: verifies a checkpoint or an exported generator and prints its contents.
package struct CheckpointReport {
  private let file: String

  package init(file: String) { self.file = expandingHome(file) }

  /// Prints and ends the process.
  package func main() -> Never {
    do throws(FileError) {
      let open = try TrainedFile(path: file, for: .inspection)
      Console(isSpeaking: true).say(try SafetensorsSummary(open.file).description)
      try StandardStream.requireOutput()
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }
}
