import Foundation
import MPI
import Testing

/// The behaviour of the ranks of a job that `SessionTests` starts.
enum Behaviour: String, Sendable {
  case oneThrows, allThrowApart, allThrowTogether, allStop

  static let variable = "DISTTRAIN_TEST_SESSION"
  static let asked = ProcessInfo.processInfo.environment[variable].flatMap(Behaviour.init)
}

/// One rank of a job that `SessionTests` starts. Not a test by itself: it runs only if the variable is set.
@Suite(.enabled(if: Behaviour.asked != nil, "started by SessionTests"))
@MainActor
struct SessionProbe {
  private struct Wall: Error {
    var failure: JobFailure
  }

  @Test func rank() throws {
    let stopCode = withMPI(orExit: { ($0 as? Wall)?.failure ?? JobFailure("\($0)", exitCode: 70) }) {
      world throws -> Int32 in
      switch Behaviour.asked! {
      case .oneThrows:
        if world.rank == 1 { throw Wall(failure: JobFailure("cannot go on", exitCode: 65)) }
        // The others wait for rank 1, as in a collective: without the abort they would wait forever.
        try world.barrier()
        return 0
      case .allThrowApart: throw Wall(failure: JobFailure("cannot go on", exitCode: 74))
      case .allThrowTogether: throw Wall(failure: JobFailure("cannot go on", exitCode: 66, extent: .everyRank))
      case .allStop: return 75
      }
    }
    exit(stopCode)
  }
}
