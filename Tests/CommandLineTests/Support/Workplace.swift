import Foundation
import Testing

/// A temporary folder with a small configuration, where a test runs the program; removed with it.
final class Workplace: Sendable {
  let path: String

  /// 32 × 32 images and eight channels, so that a step takes milliseconds.
  static let configuration = """
    name: run
    seed: 7
    data: {source: synthetic, synthetic: {count: 48}, image: {size: 32}}
    model: {generator: {width: 8}, discriminator: {width: 8}}
    train: {batch: 16, shards: 8, steps: 5}
    output: {samples: {every: 1000, count: 8}, checkpoints: {every: 1000}, log: {every: 1}}
    threads: 1

    """

  init(_ configuration: String = Workplace.configuration) throws {
    path = NSTemporaryDirectory() + "disttrain-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(configuration, "run.yaml")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// - Parameters:
  ///   - ranks: under mpirun, or nil for one process without it.
  ///   - emulator: a command that runs the program, with its arguments.
  func start(
    _ arguments: [String], ranks: Int? = nil, emulator: [String] = [], environment: [String: String] = [:],
    timeout: Double = 240
  ) throws -> RunningProgram {
    let launcher = ranks.map { ["mpirun", "--oversubscribe", "-np", "\($0)"] } ?? []
    return try start(
      command: launcher + emulator + [Program.path] + arguments, environment: environment, timeout: timeout)
  }

  /// Starts any program in this folder.
  func start(
    command: [String], environment: [String: String] = [:], timeout: Double = 240
  ) throws -> RunningProgram {
    try RunningProgram(command, environment: environment, in: path, timeout: timeout)
  }

  func run(
    _ arguments: [String], ranks: Int? = nil, environment: [String: String] = [:], timeout: Double = 240
  ) async throws -> Outcome {
    try await start(arguments, ranks: ranks, environment: environment, timeout: timeout).outcome()
  }

  /// Trains `run.yaml` with `settings`, expecting the exit code.
  @discardableResult
  func train(
    _ settings: [String] = [], out: String = "runs", ranks: Int? = nil, environment: [String: String] = [:],
    flags: [String] = [], expecting code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Outcome {
    let arguments = ["run.yaml", "--out", out] + settings.flatMap { ["--set", $0] } + flags
    let outcome = try await run(arguments, ranks: ranks, environment: environment)
    #expect(outcome.code == code, "\(arguments) \(outcome.text)", sourceLocation: sourceLocation)
    return outcome
  }

  /// The hash of all tensors in a checkpoint of the run, as `disttrain checkpoint` prints it.
  func tensorHash(out: String = "runs", step: Int = 5) async throws -> String {
    let outcome = try await run(["checkpoint", checkpoint(out: out, step: step)])
    let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("tensor hash: ") }
    let hash = try #require(line?.dropFirst("tensor hash: ".count), "\(outcome.text)")
    #expect(hash.count == 64)
    return String(hash)
  }

  func checkpoint(out: String = "runs", step: Int) -> String {
    let digits = String(step)
    return "\(out)/run/checkpoints/\(String(repeating: "0", count: 6 - digits.count))\(digits).safetensors"
  }

  func steps(ofCheckpointsIn out: String = "runs") throws -> [String] { try names("\(out)/run/checkpoints") }

  /// The lines of metrics.jsonl.
  func metrics(out: String = "runs") throws -> [[String: Any]] {
    try text("\(out)/run/metrics.jsonl").split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  func loggedSteps(out: String = "runs") throws -> [Int] { try metrics(out: out).compactMap { $0["step"] as? Int } }

  // MARK: Files

  func file(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
  /// Without the marker that the program leaves.
  func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).filter { $0 != ".disttrain" }.sorted()
  }
  func text(_ name: String) throws -> String { try String(contentsOf: file(name), encoding: .utf8) }
  func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: file(name))) }

  func write(_ bytes: [UInt8], _ name: String) throws {
    try FileManager.default.createDirectory(
      at: file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file(name))
  }

  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(at: file(name), to: file(other))
  }
}
