import Foundation
import ModelFiles
import Reporting
import Testing

/// A run that faults are injected into, and what it comes to without one.
struct FaultRun {
  static let steps = 40
  static let checkpointInterval = 4

  /// A few milliseconds a step; epochs end within a batch, a checkpoint comes every fourth step.
  static let configuration = """
    name: run
    seed: 7
    data: {source: synthetic, synthetic: {count: 40}, image: {size: 32}, lastBatch: keep}
    model: {latent: {size: 8}, generator: {width: 8}, discriminator: {width: 8, dropout: 0.1}}
    train: {batch: 16, shards: 8, steps: \(steps)}
    output: {samples: {every: 10, count: 8}, checkpoints: {every: \(checkpointInterval), keep: 3}, log: {every: 1}}
    threads: 1

    """

  let place: Workplace
  /// Steps of the whole run.
  let steps: Int
  /// The hash of all tensors at the end; nil of a run without an end.
  let reference: String?

  init(_ configuration: String = Self.configuration, steps: Int = Self.steps) async throws {
    place = try Workplace(configuration)
    self.steps = steps
    try await place.train(out: "reference")
    reference = try await place.tensorHash(out: "reference", step: steps)
  }

  /// A run that no machine is fast enough to end before its fault.
  ///
  /// - Parameter settings: more lines of the configuration.
  init(endlessWith settings: String) throws {
    steps = 1_000_000
    let configuration = Self.configuration.replacingOccurrences(of: "steps: \(Self.steps)", with: "steps: \(steps)")
    place = try Workplace(configuration + settings)
    reference = nil
  }

  /// Starts the whole run, or goes on with it.
  func start(_ out: String, ranks: Int?, environment: [String: String] = [:]) throws -> RunningProgram {
    try place.start(["run.yaml", "--out", out], ranks: ranks, environment: environment)
  }

  /// Goes on to the end and compares it with the run that met no fault; then nothing is kept of it.
  func expectReferenceEnd(
    _ out: String, ranks: Int?, environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await place.train(out: out, ranks: ranks, environment: environment, sourceLocation: sourceLocation)
    let hash = try await place.tensorHash(out: out, step: steps)
    #expect(hash == reference, "\(out) under \(ranks ?? 0) ranks", sourceLocation: sourceLocation)
    #expect(try place.loggedSteps(out: out) == Array(1...steps), sourceLocation: sourceLocation)
    try expectNothingLeftOver(out, sourceLocation)
    try FileManager.default.removeItem(at: place.file(out))
  }

  /// Goes on for some steps after the newest checkpoint and compares with a run that met no fault.
  func expectContinuation(
    _ out: String, ranks: Int?, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let end = (try expectNothingTorn(out, sourceLocation: sourceLocation).last ?? 0) + 3
    let settings = ["train.steps=\(end)"]
    try await place.train(settings, out: out, ranks: ranks, sourceLocation: sourceLocation)
    try await place.train(settings, out: "whole", sourceLocation: sourceLocation)
    let whole = try await place.tensorHash(out: "whole", step: end)
    #expect(try await place.tensorHash(out: out, step: end) == whole, sourceLocation: sourceLocation)
    #expect(try place.loggedSteps(out: out) == Array(1...end), sourceLocation: sourceLocation)
    try expectNothingLeftOver(out, sourceLocation)
  }

  private func expectNothingLeftOver(_ out: String, _ sourceLocation: SourceLocation) throws {
    let left = try place.files(in: out).filter { $0.hasSuffix(".partial") || $0.hasSuffix("run.lock") }
    #expect(left.isEmpty, "left over: \(left)", sourceLocation: sourceLocation)
  }

  /// Expects that every file stands whole under its name: checkpoints by their hash, images by their last chunk.
  ///
  /// - Returns: the steps of the checkpoints.
  @discardableResult
  func expectNothingTorn(_ out: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [Int] {
    var steps: [Int] = []
    for name in try place.files(in: out) where !name.hasSuffix(".partial") {
      if name.hasSuffix(".safetensors") {
        #expect(throws: Never.self, "\(name)", sourceLocation: sourceLocation) {
          try SafetensorsSummary(SafetensorsFile(path: place.file("\(out)/\(name)").path, verification: .required))
        }
        steps.append(Int(name.split(separator: "/").last!.prefix(6)) ?? -1)
      } else if name.hasSuffix(".png") {
        let end = try place.bytes("\(out)/\(name)").suffix(8)
        #expect(end == [0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82], "\(name)", sourceLocation: sourceLocation)
      }
    }
    return steps.sorted()
  }

  /// Expects that ranks end within the promised seconds; those that do not end at all are killed, so that no later trial
  /// meets them.
  func expectNoRankLeft(
    within seconds: Double, _ trial: inout Trial, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let start = ContinuousClock.now
    while !RankProcess.all(in: place).isEmpty, ContinuousClock.now - start < .seconds(30) {
      try await Task.sleep(for: .milliseconds(20))
    }
    let took = (ContinuousClock.now - start) / .seconds(1)
    trial.expect("end of the last rank", after: took, promised: seconds, sourceLocation: sourceLocation)
    let left = RankProcess.all(in: place)
    #expect(left.isEmpty, "ranks \(left.map(\.rank)) live on", sourceLocation: sourceLocation)
    for process in left { kill(process.pid, SIGKILL) }
  }
}

extension Workplace {
  /// All files below a folder, by their paths in it; none where it does not exist.
  func files(in folder: String) throws -> [String] {
    guard exists(folder) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: path + "/" + folder).sorted()
  }
}
