import Foundation
import Glibc
import MPI
import TestSupport
import Testing

private enum Mpirun {
  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { (folder) -> String in "\(folder)/mpirun" }.first { access($0, X_OK) == 0 }

  static var isUsable: Bool { path != nil && Behaviour.asked == nil && !LaunchEnvironment.current.launchedByMPI }
}

/// How `withMPI` ends a job: runs this bundle under mpirun, where each rank runs `SessionProbe`.
@Suite(.enabled(if: Mpirun.isUsable, "mpirun is missing, or this is one of its ranks"), .serialized)
struct SessionTests {
  /// Starting MPI in this process leaves no variables that would break a job started from it.
  @Test @MainActor func aJobStartsFromAProcessThatHasStartedMPI() throws {
    try SharedSession.withWorld { #expect($0.size == 1) }
    #expect(try Job(ranks: 2, .allStop).status == 75)
  }

  @Test func oneThrowingRankEndsTheJobWithItsCodeAndOneMessage() throws {
    let job = try Job(ranks: 3, .oneThrows)
    #expect(job.status == 65)
    #expect(job.count("cannot go on") == 1)
    #expect(job.errors.contains("(rank 1 of 3, on "))
  }

  /// The same error on every rank, without agreement: still one message.
  @Test func allRanksThrowingApartPrintOneMessage() throws {
    let job = try Job(ranks: 4, .allThrowApart)
    #expect(job.status == 74)
    #expect(job.count("cannot go on") == 1)
  }

  /// Even if the first process has ended by then.
  @Test func oneProcessOfAJobIsTheFirstToFail() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "disttrain-failure-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(JobFailure.isFirst(toFailIn: folder.path, job: "1"))
    #expect(!JobFailure.isFirst(toFailIn: folder.path, job: "1"))
    #expect(JobFailure.isFirst(toFailIn: folder.path, job: "2"))
    #expect(JobFailure.isFirst(toFailIn: folder.path + "/missing", job: "1"))
  }

  @Test func anAgreedErrorIsPrintedByRankZero() throws {
    let job = try Job(ranks: 3, .allThrowTogether)
    #expect(job.status == 66)
    #expect(job.count("cannot go on") == 1)
    #expect(!job.errors.contains("MPI_ABORT"))
  }

  @Test func anOrderlyStopGivesItsCode() throws {
    let job = try Job(ranks: 3, .allStop)
    #expect(job.status == 75)
    #expect(!job.errors.contains("MPI_ABORT"))
  }

  @Test(arguments: [(Behaviour.oneThrows, Int32(0)), (.allThrowTogether, 66), (.allStop, 75)])
  func aProcessWithoutMpirunIsAJobOfOne(behaviour: Behaviour, status: Int32) throws {
    let job = try Job(ranks: nil, behaviour)
    #expect(job.status == status)
    #expect(job.count("cannot go on") == (behaviour == .allThrowTogether ? 1 : 0))
    #expect(!job.errors.contains("(rank"))
  }
}

/// One run of this bundle's `SessionProbe`: under mpirun, or as a single process if no number of ranks is given.
private struct Job {
  let status: Int32
  let errors: String

  init(ranks: Int?, _ behaviour: Behaviour) throws {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let probe = [bundle, "--testing-library", "swift-testing", "--filter", "SessionProbe"]
    let process = Process()
    let launch = ranks.map { [Mpirun.path!, "-n", "\($0)", "--oversubscribe"] } ?? []
    process.executableURL = URL(fileURLWithPath: (launch + probe)[0])
    process.arguments = Array((launch + probe).dropFirst())
    process.environment = initialEnvironment
    process.environment?[Behaviour.variable] = behaviour.rawValue
    if getuid() == 0 {
      process.environment?["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      process.environment?["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("disttrain-session-\(UUID()).txt")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardError = try FileHandle(forWritingTo: file)
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let start = ContinuousClock.now
    try process.run()
    while process.isRunning && ContinuousClock.now - start < .seconds(120) { usleep(20_000) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    errors = try String(contentsOf: file, encoding: .utf8)
    status = process.terminationStatus
  }

  func count(_ text: String) -> Int { errors.components(separatedBy: text).count - 1 }
}
