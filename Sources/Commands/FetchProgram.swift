import DatasetFetch
import Files
import Foundation
import Reporting

extension DataFetch {
  /// Fetches, prints and ends the process. Under mpirun rank 0 does all of it.
  package static func main(_ name: String, folder: String?, mirror: String?, only: [String]) -> Never {
    ProgramEnd.leaveSpeechToRank0(ExitCode.done.rawValue)
    // The result is in files, as in `GenerationEnd`.
    signal(SIGPIPE, SIG_IGN)
    do {
      if name == CelebAByHand.name { try CelebAByHand(folder: folder.map(expandingHome) ?? "data/\(name)").run() }
      guard let set = PublishedDataSet.all.first(where: { $0.name == name }) else { throw FetchError.unknownSet(name) }
      try DataFetch(set, folder: folder, mirror: mirror, only: only).run()
      exit(ExitCode.done.rawValue)
    } catch {
      ProgramEnd.fail(error)
    }
  }
}
